from results.views.analytics import analytics as analytics
from results.views.details import result_delete as result_delete
from results.views.details import result_detail as result_detail
from results.views.details import result_explanation as result_explanation
from results.views.lists import result_export as result_export
from results.views.lists import result_list as result_list
from results.views.trying import try_sentence as try_sentence
