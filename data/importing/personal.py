"""Recognising columns that carry personal data: identity and phone numbers, names, addresses, free text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.importing.reading import plain

# The 120 or so surnames that most people have, simplified and traditional.
_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧蕭田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石"
    "廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫阎段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯"
)
_PLACE_END = re.compile(
    r"[区區县縣市镇鎮乡鄉村街路巷所局队隊案类類型店厅廳站场場园園楼樓门門江河湖山庄院校桥橋组組科室盗抢骗车]$"
)
_HAN_NAME = re.compile(r"^[\u4e00-\u9fff·]{2,4}$")
_LATIN_NAME = re.compile(r"^[A-Z][A-Za-z'\-]+, ?[A-Z][A-Za-z'\-]+( [A-Z]\.?)?$")
_ID18 = re.compile(r"(?<!\d)(\d{17}[\dXx])(?![\dXx])")
_ID15 = re.compile(r"^\d{15}$")
_MOBILE = re.compile(r"^(?:\+?86[\- ]?)?1[3-9]\d[\- ]?\d{4}[\- ]?\d{4}$")
_LANDLINE = re.compile(r"^(?:\(?0\d{2,3}\)?[\- ])\d{7,8}(?:-\d{1,5})?$|^\+?1?[\- ]?\(?\d{3}\)?[\- .]\d{3}[\- .]\d{4}$")
_MOBILE_INSIDE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")

_ID_HEADER = re.compile(
    r"身份证|身份證|证件号|證件號|护照|社保|ssn|passport|identitynumber|driverlicen|车牌|車牌|licenseplate"
)
_PHONE_HEADER = re.compile(r"电话|電話|手机|手機|联系方式|聯絡方式|主叫|phone|mobile|telephone|callernumber")
_NAME_HEADER = re.compile(
    r"姓名|报警人|報案人|报案人|联系人|聯絡人|当事人|當事人|嫌疑人|被害人|受害人|户主|戶主|证人|證人|民警姓名|接警员|处警员|处警人|接警人|"
    r"^name$|fullname|firstname|lastname|surname|complainantname|callername|victimname|suspectname|officername|"
    r"ownername|reportingperson|^caller$|^victim$|^suspect$|^complainant$|^officers?$|^driver$"
)
_ADDRESS_HEADER = re.compile(
    r"地址|住址|地点|地點|位置|案发地|事发地|门牌|address|block|^street|street$|streetname|intersection|crossstreet|"
    r"location|premise.*addr|onstreet|hundred"
)
_PLACE_KIND_HEADER = re.compile(r"(location|place|premises?|premise)(desc|type|categ|kind)|部位|場所|场所")
_TEXT_HEADER = re.compile(
    r"案情|简要|內容|内容|备注|備註|摘要|描述|经过|警情描述|处置情况|反馈内容|narrative|remark|comment|notes?$|"
    r"description|synopsis|summary|details?$|^text$"
)
_ADDRESS_VALUE = re.compile(
    r"\d+\s*[号號弄巷栋幢室楼]|[路街巷段]\s*\d*|^\d+[\dX]*\s+(?:block\s+(?:of\s+)?)?[NSEW]?\w*\s*\w+|\bon or near\b|"
    r"\b(?:st|ave|avenue|street|rd|road|blvd|dr|drive|ln|lane|hwy|pkwy|way|ct|pl)\b|[/&@]",
    re.IGNORECASE,
)
_WORDS = {
    "identity": "证件号码",
    "phone": "电话号码",
    "name": "人名",
    "address": "地址",
    "text": "自由文字",
}


@dataclass(frozen=True)
class Suspicion:
    """Why a column may not be kept; kind: identity, phone, name, address or text."""

    column: str
    kind: str

    @property
    def label(self) -> str:
        """Return the Chinese word for what the column seems to hold."""
        return _WORDS[self.kind]


def examine(column: str, values: Sequence[str], is_title: bool = False) -> Suspicion | None:
    """Judge one column by its header and a sample of its values.

    is_title: the column fills the name of a unit or category, so that a header 「name」 is no reason by itself.
    """
    header = plain(column).replace("_", "").replace("-", "")
    filled = [value.strip() for value in values if value.strip()]
    kind = _by_header(header, is_title) or _by_values(filled) or _by_both(header, filled)
    return Suspicion(column, kind) if kind else None


def looks_personal(text: str) -> bool:
    """Return whether a single text shows an identity or phone number; such a value is never printed."""
    return _has_identity([text]) or bool(_MOBILE_INSIDE.search(text)) or bool(_LANDLINE.match(text.strip()))


def _by_header(header: str, is_title: bool) -> str | None:
    if _ID_HEADER.search(header):
        return "identity"
    if _PHONE_HEADER.search(header):
        return "phone"
    if _NAME_HEADER.search(header) and not (is_title and header == "name"):
        return "name"
    return None


def _by_values(filled: list[str]) -> str | None:
    if not filled:
        return None
    if _has_identity(filled):
        return "identity"
    total = len(filled)
    if sum(bool(_MOBILE.match(value) or _LANDLINE.match(value)) for value in filled) >= 0.3 * total:
        return "phone"
    if _are_names(filled):
        return "name"
    long = sum(_weight(value) > 60 for value in filled)
    if total >= 3 and long >= 0.3 * total and len(set(filled)) > 0.5 * total and not _is_structured(filled[0]):
        return "text"
    return None


def _by_both(header: str, filled: list[str]) -> str | None:
    """A header that only suggests an address or a text counts when the values are as varied as such things are."""
    if not filled or _few(filled):
        return None
    weight = sum(map(_weight, filled)) / len(filled)
    # A kind of place (STREET, PARKING LOT/GARAGE) has a header much like an address.
    if _PLACE_KIND_HEADER.search(header) and weight <= 40:
        return None
    if _ADDRESS_HEADER.search(header):
        like = sum(bool(_ADDRESS_VALUE.search(value)) and not _is_structured(value) for value in filled)
        return "address" if like >= 0.5 * len(filled) else None
    if _TEXT_HEADER.search(header) and weight >= 20 and not _is_structured(filled[0]):
        return "text"
    return None


def _few(filled: list[str]) -> bool:
    """Return whether the values are a short list of labels."""
    distinct = len(set(filled))
    longest = max(_weight(value) for value in filled)
    return longest <= 80 and distinct <= max(3, min(400, 0.35 * len(filled)))


def _weight(value: str) -> int:
    """Return a text's length, a Han character counting for two."""
    return len(value) + sum("\u4e00" <= char <= "\u9fff" for char in value)


def _is_structured(value: str) -> bool:
    """Return whether a value is a point, a shape, a link or a hash and not prose."""
    return bool(
        re.match(
            r"^\s*(\(?-?\d+(\.\d+)?\s*[, ]\s*-?\d+\.\d+|(MULTI)?(POINT|POLYGON)|\{|\[|https?:|[0-9a-f\-]{32,}$)",
            value,
            re.I,
        )
    )


def _are_names(filled: list[str]) -> bool:
    distinct = set(filled)
    if len(distinct) < 3 or len(distinct) < min(20, 0.5 * len(filled)):
        return False
    han = sum(bool(_HAN_NAME.match(v)) and v[0] in _SURNAMES and not _PLACE_END.search(v) for v in filled)
    latin = sum(bool(_LATIN_NAME.match(value)) for value in filled)
    return max(han, latin) >= 0.7 * len(filled)


def _has_identity(filled: list[str]) -> bool:
    shaped = [found.group(1) for value in filled if (found := _ID18.search(value))]
    good = sum(_valid_18(number) for number in shaped)
    # One in eleven serial numbers of this length passes the checksum by chance.
    if good and good >= 0.3 * len(shaped):
        return True
    short = [value for value in filled if _ID15.match(value)]
    return bool(short) and sum(_valid_15(number) for number in short) >= 0.8 * len(short)


def _valid_18(number: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return _is_region(number) and _is_date(number[6:14]) and "10X98765432"[total % 11] == number[17].upper()


def _valid_15(number: str) -> bool:
    return _is_region(number) and _is_date("19" + number[6:12])


def _is_region(number: str) -> bool:
    return number[0] in "123456789" and (11 <= int(number[:2]) <= 65 or number[:2] in ("71", "81", "82", "83"))


def _is_date(text: str) -> bool:
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    return 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31
