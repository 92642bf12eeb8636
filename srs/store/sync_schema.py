"""The tables of devices, their media and browsers, and what keeps their stamps."""

from srs.store.stamps import STAMP

_MARK_TRIGGER = """
create trigger stamp_{mark} after update of {mark} on cards
  when new.{mark} <> old.{mark} begin
    insert into mark_stamps (card, mark, stamp) values (new.id, '{mark}', {stamp})
        on conflict do update set stamp = excluded.stamp, device = '';
end
"""
STAMP_TRIGGERS = (
    *(
        _MARK_TRIGGER.format(mark=mark, stamp=STAMP)
        for mark in ("suspended", "buried", "flag")
    ),
    f"""
create trigger stamp_undone after update of undone on reviews
  when new.undone <> old.undone begin
    update reviews set undone_stamp = {STAMP} where id = new.id;
end
""",
    f"""
create trigger stamp_note
  after update of id, text_key, kind, deck, language, fields, extra, tags, sources,
                  changed, checked, recheck, retired on notes begin
    update notes set stamp = {STAMP}, device = '' where anki_id = new.anki_id;
end
""",
)
"""Whatever changes a mark, an undo or a note stamps it."""

_SENT = (
    *("id", "text_key", "kind", "deck", "language", "fields", "extra", "tags"),
    *("sources", "changed", "checked", "recheck", "retired"),
)
"""Columns of a note that are sent.  2 is added to `retired` where the note is hidden
behind another one, see `srs.store.note_aliases`; that is no change of the note."""

_CONFUSED = """
create trigger stamp_confusion_{event} after {event} on confusions begin
    insert into confusion_stamps (review, stamp) values ({row}.review, {stamp})
        on conflict do update set stamp = excluded.stamp, device = '';
end
"""

DUE_STAMPS_DROPPED = (
    "drop trigger if exists stamp_due",
    "delete from mark_stamps where mark = 'due'",
)
"""The log has the due days that were set by hand."""

SYNC_TABLES = (
    "alter table reviews add column undone_device text not null default ''",
    # The card that a review was given for, if that is hidden behind another one.
    "alter table reviews add column own_card integer",
    "create index reviews_lent on reviews (own_card) where own_card is not null",
    "create index reviews_stamp on reviews (stamp)",
    "create index reviews_undone on reviews (undone_stamp) where undone_stamp > 0",
    # An answer whose millisecond was taken has another id than its moment.
    "create index reviews_moved on reviews (id) where id <> origin_ms",
    "create index notes_stamp on notes (stamp)",
    "create index notes_hidden on notes (guid) where retired > 1",
    """
create table confusion_stamps (
    review integer primary key references reviews (id) on delete cascade,
    stamp  integer not null,
    device text not null default ''
) strict
""",
    """
insert into confusion_stamps (review, stamp)
select f.review, r.stamp from confusions f join reviews r on r.id = f.review
""",
    # Notes that were deleted for good; what has an earlier stamp is gone with them.
    """
create table erased (
    guid   text primary key,
    stamp  integer not null,
    device text not null default ''
) strict, without rowid
""",
    # Cards that the latest text of their note doesn't know: another device made
    # them meanwhile.  ordinal is the one that it gave them.
    """
create table orphan_cards (
    card    integer primary key references cards (id) on delete cascade,
    ordinal integer not null,
    stamp   integer not null,
    device  text not null default ''
) strict
""",
    # Where a log is, and up to which stamp the rows of this device and those of
    # others were sent there.
    """
create table sync_places (
    address text primary key,
    sent    integer not null,
    others  integer not null
) strict, without rowid
""",
    # Segments of a log that were merged or written.
    """
create table sync_segments (
    address text not null,
    device  text not null,
    first   integer not null,
    last    integer not null,
    size    integer not null,
    primary key (address, device, first, last)
) strict, without rowid
""",
    """
create table sync_devices (
    device text primary key,
    name   text not null,
    last   integer not null,  -- the latest stamp seen of it
    start  integer not null   -- what it wrote before this number, it wrote again
) strict, without rowid
""",
    # Entries that can't be merged yet: their note is missing, or flash is too old.
    """
create table sync_parked (
    entry  blob primary key,
    reason text not null
) strict, without rowid
""",
    *(
        _CONFUSED.format(event=event, row=row, stamp=STAMP)
        for event, row in (("insert", "new"), ("update", "new"), ("delete", "old"))
    ),
    "drop trigger stamp_undone",
    f"""
create trigger stamp_undone after update of undone on reviews
  when new.undone <> old.undone begin
    update reviews set undone_stamp = {STAMP}, undone_device = '' where id = new.id;
end
""",
    "drop trigger stamp_note",
    f"""
create trigger stamp_note
  after update of {", ".join(_SENT)} on notes
  when max(new.retired, old.retired) < 2
    or {" or ".join(f"new.{name} <> old.{name}" for name in _SENT[:-1])} begin
    update notes set stamp = {STAMP}, device = '' where anki_id = new.anki_id;
    delete from orphan_cards where card in (select id from cards where note = new.guid);
end
""",
)

DEVICE_TABLES = (
    # A note has one deck file.
    """
create table bases (
    note integer primary key references notes (anki_id) on delete cascade,
    file text not null,
    hash text not null
) strict
""",
    """
insert or replace into bases
select n.anki_id, b.file, b.hash from file_bases b join notes n using (guid)
""",
    "drop table file_bases",
    "alter table bases rename to file_bases",
    # A note has few cards, and `insert_cards` gives each another name.
    "drop index cards_uid",
    # A review is known by its card and its moment.
    "drop index reviews_uid",
    "alter table reviews drop column uid",
    # Another device, which has the deck file of a note.
    "alter table notes add column file_device text not null default ''",
    # Browsers that are paired with `flash serve`, and what they sent.
    """
create table browsers (
    name      text primary key,
    cookie    text not null unique,  -- its SHA-256
    paired_ms integer not null,
    seen_ms   integer not null       -- to the hour
) strict, without rowid
""",
    """
create table browser_steps (
    id        text primary key,  -- made by the browser
    operation integer not null,  -- 0 where nothing had to change
    review    integer references reviews (id) on delete cascade
) strict, without rowid
""",
    """
create table note_media (
    guid    text primary key,        -- or that of a note type, srs.models.media
    files   text not null default '[]',   -- JSON: names, hashes and sizes
    stamp   integer not null default 0,   -- 0: never sent
    device  text not null default '',
    seen    text not null default '',     -- JSON; '' before the first look
    scanned integer                       -- the stamp of the text then
) strict, without rowid
""",
)

NOTE_BASES = (
    # What a note was like before it was edited here, as other devices may have it.
    """
create table note_bases (
    note  integer primary key references notes (anki_id) on delete cascade,
    stamp integer not null,
    text  text not null  -- JSON: a row of `srs.store.rows.NOTE_COLUMNS`
) strict
""",
    # A merge gives a note the stamp of its entry together with the texts.
    f"""
create trigger keep_base before update of {", ".join(_SENT)} on notes
  when new.stamp = old.stamp
   and (old.device <> '' or old.stamp <= (select max(sent) from sync_places))
   and (max(new.retired, old.retired) < 2 and new.retired <> old.retired
        or {" or ".join(f"new.{name} <> old.{name}" for name in _SENT[:-1])}) begin
    insert or replace into note_bases (note, stamp, text)
    values (old.anki_id, old.stamp, json_array(
        old.guid, 0, old.id, old.text_key,
        (select name from decks where id = old.deck), old.language, old.fields,
        old.extra, old.tags, old.sources, old.changed, old.checked, old.recheck,
        '', 0, old.retired));
end
""",
)

SYNC_VALUES = """
update reviews
   set uid = cast(id as text), stamp = min(max(id, 0), 1 << 46) << 16,
       undone_stamp = iif(undone, min(max(id, 0), 1 << 46) << 16, 0)
 where uid = '';
update cards set uid = part
 where uid = '' and id in (
       select id from (select id, row_number() over (
                  partition by note, part order by retired, id) as place
                  from cards) where place = 1)
   and part not in (select o.uid from cards o where o.note = cards.note);
update cards set uid = part || char(30) || ordinal where uid = '';
update notes set stamp = min(max(modified, 0), 1 << 46) << 16 where stamp = 0;
insert or ignore into mark_stamps (card, mark, stamp)
select id, 'suspended', marked_ms << 16 from cards where suspended union all
select id, 'flag', marked_ms << 16 from cards where flag union all
select id, 'buried', 0 from cards where buried;
insert or ignore into option_stamps (deck, name, stamp)
select deck, key, 0 from presets, json_each(options);
insert or ignore into setting_stamps (name, stamp) select name, 0 from settings;
update clock
   set stamp = max(stamp, (select coalesce(max(stamp), 0) from reviews),
                   (select coalesce(max(stamp), 0) from notes))
"""
"""Fills the columns and tables of a sync in rows that were written without them."""
