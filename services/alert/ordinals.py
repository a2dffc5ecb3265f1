"""Ordinals as the languages we read write them out, so that `dix-huitième` and `18th` are one number (pure)."""

import re
from functools import lru_cache

# A paragraph for each language, stems in order from the first; what may follow a stem (gender, case) is left to
# `_ENDING`. A language that writes its packages and rounds with digits alone (Korean, Hindi up to ten) needs no line
# here.
_STEMS = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third
twenty-fourth

premi deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième onzième douzième
treizième quatorzième quinzième seizième dix-septième dix-huitième dix-neuvième vingtième vingt_et_unième
vingt-deuxième

erste zweite dritte vierte fünfte sechste siebte achte neunte zehnte elfte zwölfte dreizehnte vierzehnte
fünfzehnte sechzehnte siebzehnte achtzehnte neunzehnte zwanzigste einundzwanzigste zweiundzwanzigste

primer segund tercer cuart quint sext séptim octav noven décim undécim duodécim decimotercer decimocuart
decimoquint decimosext decimoséptim decimoctav decimonoven vigésim vigésimo_primer vigésimo_segund

primeir segund terceir quart quint sext sétim oitav non décim décimo_primeir décimo_segund décimo_terceir
décimo_quart décimo_quint décimo_sext décimo_sétim décimo_oitav décimo_non vigésim vigésimo_primeir

prim second terz quart quint sest settim ottav non decim undicesim dodicesim tredicesim quattordicesim
quindicesim sedicesim diciassettesim diciottesim diciannovesim ventesim ventunesim ventiduesim

перв втор трет четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат
шестнадцат семнадцат восемнадцат девятнадцат двадцат двадцать_перв двадцать_втор двадцать_трет

перш друг трет четверт п'ят шост сьом восьм дев'ят десят одинадцят дванадцят тринадцят чотирнадцят п'ятнадцят
шістнадцят сімнадцят вісімнадцят дев'ятнадцят двадцят двадцять_перш двадцять_друг

الأولى الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة الحادية_عشر الثانية_عشر
الثالثة_عشر الرابعة_عشر الخامسة_عشر السادسة_عشر السابعة_عشر الثامنة_عشر التاسعة_عشر العشر

اولین دومین سومین چهارمین پنجمین ششمین هفتمین هشتمین نهمین دهمین یازدهمین دوازدهمین سیزدهمین چهاردهمین پانزدهمین
شانزدهمین هفدهمین هجدهمین نوزدهمین بیستمین

birinci ikinci üçüncü dördüncü beşinci alt\u0131nc\u0131 yedinci sekizinci dokuzuncu onuncu on_birinci on_ikinci
on_üçüncü on_dördüncü on_beşinci on_alt\u0131nc\u0131 on_yedinci
on_sekizinci on_dokuzuncu yirminci yirmi_birinci yirmi_ikinci

pertama kedua ketiga keempat kelima keenam ketujuh kedelapan kesembilan kesepuluh kesebelas kedua_belas
ketiga_belas keempat_belas kelima_belas keenam_belas ketujuh_belas kedelapan_belas kesembilan_belas kedua_puluh

thứ_nhất thứ_hai thứ_ba thứ_tư thứ_năm thứ_sáu thứ_bảy thứ_tám thứ_chín thứ_mười thứ_mười_một thứ_mười_hai
thứ_mười_ba thứ_mười_bốn thứ_mười_lăm thứ_mười_sáu thứ_mười_bảy thứ_mười_tám thứ_mười_chín thứ_hai_mươi

पहल दूसर तीसर चौथ पांचव छठ सातव आठव नौव दसव ग्यारहव बारहव तेरहव चौदहव पंद्रहव सोलहव सत्रहव अठारहव उन्नीसव बीसव
"""
_ENDING = r"[\w\u0900-\u097f]{0,3}"
_HAN = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_HAN_NUMBER = re.compile(r"第([二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])")


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, int], re.Pattern[str]]:
    numbers: dict[str, int] = {}
    for stems in _STEMS.split("\n\n"):
        for number, stem in enumerate(stems.casefold().replace("'", "").split(), start=1):
            numbers.setdefault(stem.replace("_", " "), number)
    longest_first = sorted(numbers, key=lambda stem: -len(stem))
    return numbers, re.compile(rf"\b({'|'.join(map(re.escape, longest_first))}){_ENDING}(?!\w)")


def in_digits(text: str) -> str:
    """Return casefolded text with its written-out ordinals, and Chinese numbers after 第, as digits."""
    numbers, pattern = _words()
    plain = re.sub("['\u2019\u02bc]", "", text)
    return _HAN_NUMBER.sub(lambda m: f" {_han(m[1])} ", pattern.sub(lambda m: f" {numbers[m[1]]} ", plain))


def _han(number: str) -> int:
    """Return the value of a Chinese number below one hundred: 十九 is 19, 二十 is 20."""
    tens, ten, units = number.rpartition("十")
    return 10 * _HAN.get(tens, 1) * bool(ten) + _HAN.get(units, 0)
