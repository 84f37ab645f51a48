from integrations.views.keys import key_delete, key_edit, key_list, key_test, model_create, model_delete, model_edit

__all__ = [
    "key_delete",
    "key_edit",
    "key_list",
    "key_test",
    "model_create",
    "model_delete",
    "model_edit",
]
