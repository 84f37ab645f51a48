from integrations.views.keys import key_delete, key_edit, key_list, key_test, model_create, model_delete, model_edit
from integrations.views.notices import notice_latest, notice_list, notice_open, notices_read
from integrations.views.notifications import (
    bell_edit,
    channel_create,
    channel_delete,
    channel_edit,
    channel_list,
    channel_test,
    channel_toggle,
)

__all__ = [
    "bell_edit",
    "channel_create",
    "channel_delete",
    "channel_edit",
    "channel_list",
    "channel_test",
    "channel_toggle",
    "key_delete",
    "key_edit",
    "key_list",
    "key_test",
    "model_create",
    "model_delete",
    "model_edit",
    "notice_latest",
    "notice_list",
    "notice_open",
    "notices_read",
]
