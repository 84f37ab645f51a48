"""What months are called in the languages that reviews and exports are written in."""

# In order, January first; a form that several languages share stands once.
NAMES = """
    january januar janvier enero gennaio januari janeiro stycznia styczeń ocak يناير
    february februar février febrero febbraio februari fevereiro lutego luty şubat فبراير
    march märz mars marzo maart março marca marzec mart مارس
    april avril abril aprile kwietnia kwiecień nisan أبريل ابريل
    may mai mayo maggio mei maio maja maj mayıs مايو
    june juni juin junio giugno junho czerwca czerwiec haziran يونيو يونيه
    july juli juillet julio luglio julho lipca lipiec temmuz يوليو يوليه
    august août agosto augustus augusti sierpnia sierpień ağustos أغسطس اغسطس
    september septembre septiembre setiembre settembre setembro września wrzesień eylül سبتمبر
    october oktober octobre octubre ottobre outubro października październik ekim أكتوبر اكتوبر
    november novembre noviembre novembro listopada listopad kasım نوفمبر
    december dezember décembre diciembre dicembre dezembro grudnia grudzień aralık ديسمبر
"""
SHORT = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {name: number for number, line in enumerate(NAMES.strip().splitlines(), 1) for name in line.split()}
MONTHS |= {name: number for number, name in enumerate(SHORT.split(), 1)} | {
    "sept": 9,
    "mär": 3,
    "mrz": 3,
    "okt": 10,
    "dez": 12,
}
