"""Codes of languages, ISO 639-1, and what is typed instead of them."""

_CODES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs
    cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha
    he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn
    ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
    nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd
    se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt
    tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()
)
_MEANT = {
    "chinese": "zh",
    "cn": "zh",
    "cz": "cs",
    "deutsch": "de",
    "dk": "da",
    "english": "en",
    "french": "fr",
    "german": "de",
    "gr": "el",
    "italian": "it",
    "japanese": "ja",
    "jp": "ja",
    "korean": "ko",
    "russian": "ru",
    "spanish": "es",
    "ua": "uk",
    "us": "en",
    "vn": "vi",
}
"""Countries and names that are typed for a language."""
_LONGEST_CODE = 3


def is_language(tag: str) -> bool:
    """Return True if a language tag of BCP 47 may begin with a code of a language.

    Codes of three letters, of which there are thousands, are not looked up.
    """
    code = tag.partition("-")[0].lower()
    return code in _CODES or len(code) == _LONGEST_CODE or code in ("i", "x")


def meant_language(tag: str) -> str:
    """Return the code that was probably meant; empty if that is not known."""
    return _MEANT.get(tag.partition("-")[0].lower(), "")
