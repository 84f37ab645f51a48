"""How people ask for something, in the languages whose wording is known."""

import pytest

from results.insights.wordings import wording
from results.keywords import terms

ASKING = {
    "de": """
Es wäre schön, wenn es einen Offline-Modus gäbe.
Ich würde mir eine größere Auswahl wünschen.
Hätte mir eine deutsche Anleitung gewünscht.
Bitte fügt endlich einen Dark Mode hinzu!
Bitte mehr Level!
Toll wäre noch eine Fernbedienung dazu.
Das Spiel braucht dringend ein Update.
Könntet ihr bitte die Ladezeiten verbessern?
Ich hoffe auf ein baldiges Update.
Ich wünschte, es gäbe mehr Karten.
""",
    "fr": """
J'aimerais pouvoir changer la couleur.
J’aurais aimé que le câble soit plus long.
Ce serait bien d'avoir un mode hors ligne.
Il faudrait améliorer la batterie.
Dommage qu'il n'y ait pas de notice en français.
S'il vous plaît, ajoutez un mode sombre.
Pourriez-vous ajouter une langue ?
J'espère qu'il y aura une version portable.
""",
    "es": """
Me gustaría que tuviera un modo sin conexión.
Seria bueno que añadieran más mapas.
Deberían mejorar la batería.
Ojalá añadan más niveles.
Por favor, arreglen los servidores.
Hace falta una actualización.
Espero que pronto arreglen los servidores.
""",
    "pt": """
Gostaria de ter um modo offline.
Seria bom se tivesse mais mapas.
Deveriam melhorar a bateria.
Por favor, adicionem legendas em português!
Precisa de mais conteúdo.
Tomara que lancem uma atualização.
Só falta melhorar os gráficos.
""",
    "it": """
Mi piacerebbe avere più colori.
Sarebbe bello se ci fosse una modalità offline.
Dovrebbero migliorare la batteria.
Vorrei che il cavo fosse più lungo.
Per favore, aggiungete la lingua italiana.
Avrei preferito una confezione più robusta.
Ci vorrebbe un aggiornamento.
""",
}
TELLING = {
    "de": """
Ich wünsche allen viel Spaß damit.
Das wäre besser gewesen, ich hätte es gelassen.
Bitte nicht kaufen!
Bitte lasst die Finger davon.
Ich hoffe, es hält lange.
Hätte mir das Geld sparen können.
""",
    "fr": """
J'aime beaucoup ce produit.
Merci d'avoir lu mon avis.
Merci de votre aide.
J'espère que ça va durer.
Vous devriez l'acheter.
""",
    "es": """
Espero que dure mucho tiempo.
Sería mejor comprar otro.
No necesita más explicación.
Por favor no lo compren.
Ojalá lo hubiera sabido antes.
Me gustaría recomendarlo a todos.
""",
    "pt": """
Gostaria de agradecer ao vendedor.
Não precisa de mais nada.
Espero que dure bastante.
Por favor não comprem.
Seria melhor ter comprado outro.
""",
    "it": """
Spero che duri a lungo.
Vorrei restituirlo.
Sarebbe meglio comprarne un altro.
Per favore non compratelo.
Ha bisogno di una presa.
""",
}


@pytest.mark.parametrize("language", ASKING)
def test_a_sentence_that_asks_for_something_is_told_from_one_that_tells(language: str) -> None:
    asks = wording(language).asks
    assert [one for one in ASKING[language].strip().splitlines() if not asks.search(one)] == []
    assert [one for one in TELLING[language].strip().splitlines() if asks.search(one)] == []


@pytest.mark.parametrize("language", ASKING)
def test_what_is_asked_for_is_left_when_the_words_one_asks_with_are_taken_away(language: str) -> None:
    left = [
        terms.telling(terms.pieces(one.lower()), language) - wording(language).asking
        for one in ASKING[language].strip().splitlines()
    ]
    assert [words for words in left if not 0 < len(words) <= 3] == []


def test_a_language_without_a_wording_is_read_as_english_is() -> None:
    assert wording("pl") is wording("") is wording("en")
