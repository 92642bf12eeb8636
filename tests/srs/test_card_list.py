"""The names of cards whose note no longer asks them."""

from srs.store.card_list import asked_of


def test_a_part_that_its_note_lost_is_named_readably() -> None:
    assert asked_of({}, "tenancy\x1fKMS\x1f<") == ("tenancy · KMS ←", "")
    assert asked_of({}, "tenancy\x1fKMS") == ("tenancy · KMS", "")
