"""Words that are no terms: labels of remarks, properties, and words of grammar."""

import re

_EDGES = re.compile(r"\A[^\w`]+|[^\w`]+\Z")
"""Marks around a word; what stands in code is a term in any case."""
_LONGEST = 60
_NUMBERED = re.compile(
    r"(?:(?:step|phase|day|week|part|exercise|lab|case|option|figure|fig\.?|table"
    r"|example|ex\.?|note|question|answer|q|a)\s?#?\d+"
    r"|(?:手順|ステップ|図|表|例|注|注記|問|問題|答|ラボ|演習)\s?[0-9０-９]+"
    r"|※\s?\d*|[0-9０-９]+(?:日|週)目)",
    re.IGNORECASE,
)
_LABELS = frozenset(
    "note remark warning caution attention important danger tip hint info"
    " information beware example e.g eg i.e ie ex todo to-do fixme tbd done wip"
    " update edit ps p.s nb n.b see reference ref source link url figure fig"
    " picture diagram screenshot illustration question answer q a remember reminder"
    " conclusion result summary disclaimer prerequisite exercise homework further"
    " more memo".split()
) | {"see also", "read more", "to do", "good to know", "for example", "for instance"}
_LABELS_JA = frozenset(
    "注 注意 注意点 注釈 注記 備考 補足 補足説明 追記 例 例えば たとえば 具体例"
    " 用例 使用例 図 図解 表 画像 写真 参考 参考文献 参考資料 参考リンク 参照"
    " 参照先 関連 関連リンク 関連記事 出典 引用 引用元 リンク メモ ポイント 要点"
    " 重要 警告 危険 ヒント コツ 更新 訂正 問 問題 質問 答 答え 回答 解答 結論 結果"
    " まとめ 余談 感想 宿題 課題 演習 やること 必須 任意 済 完了 未完了 今後"
    " 次回".split()
)
_PROPERTIES = frozenset(
    "type kind price pricing cost fee default limit quota purpose goal use usage"
    " use-case format size length duration status version owner author date name"
    " description definition meaning behavior behaviour cause reason advantage"
    " disadvantage pro con benefit drawback requirement range unit responsibility"
    " input output".split()
) | {"use case", "best practice"}
_PROPERTIES_JA = frozenset(
    "タイプ 種類 種別 機能 動作 料金 価格 費用 単価 用途 目的 役割 対象 条件 特徴"
    " 方法 手順 原因 理由 効果 利点 欠点 長所 短所 メリット デメリット 制限 制約"
    " 上限 下限 初期値 既定値 デフォルト 期間 期限 長さ サイズ 範囲 単位 形式 値"
    " 場所 担当 責任 入力 出力 名前 名称 略称 正式名称 意味 定義 説明 概要 内容".split()
)
_PLURAL = re.compile(r"(?:(?<=[^aeious])ies|(?<=[^s])s|(?<=ss)es)\Z")
_GRAMMAR = frozenset(
    "a an the and or nor not no never always only must mustn't should shouldn't can"
    " can't cannot could may might will won't would do don't does doesn't did is"
    " isn't are aren't was were be been has have had all any each every both either"
    " neither none some few many much more most less least very too also just even"
    " still yet but if then else than so because while when where which who whom"
    " whose that this these those it its they them their he she his her we us our"
    " you your i me my in on at by for from to of with without within into onto"
    " over under before after between per as up down out off once twice same other"
    " another yes first last again instead however therefore".split()
)
_GRAMMAR_JA = frozenset(
    "必ず 絶対 絶対に 決して 常に のみ だけ しか 全て すべて 全部 全 各 ない しない"
    " なし できない できません しません ません ではない または もしくは および かつ"
    " と や も は が を に で の する しか 一切 とても 非常に 最も もっと 特に まず"
    " 次に また ただし しかし そして 同じ 別 両方 どちらも いつも 以外 必要 不要"
    " 可能 不可".split()
)


def _plain(term: str) -> str:
    if len(term) > _LONGEST:
        return ""
    return " ".join(_EDGES.sub("", term).casefold().split())


def _singular(word: str) -> str:
    return _PLURAL.sub(lambda found: "y" if found[0] == "ies" else "", word)


def is_label(term: str) -> bool:
    """Return True for a word that only says what kind of remark follows: `Note`."""
    word = _plain(term)
    known = _LABELS | _LABELS_JA
    is_known = word in known or _singular(word) in known
    return is_known or bool(_NUMBERED.fullmatch(word))


def is_property(term: str) -> bool:
    """Return True for a word that means something only with its owner: `Price`."""
    word = _plain(term)
    known = _PROPERTIES | _PROPERTIES_JA
    return word in known or _singular(word) in known or word.endswith("例")


def is_grammar(words: str) -> bool:
    """Return True if a text has only words that could stand in any sentence."""
    return all(
        word in _GRAMMAR or word in _GRAMMAR_JA
        for word in re.split(r"[\s/,、・]+", _plain(words))
    )
