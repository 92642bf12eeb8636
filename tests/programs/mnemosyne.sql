BEGIN TRANSACTION;
CREATE TABLE card_types(
        id text primary key,
        name text,
        fact_keys_and_names text,
        unique_fact_keys text,
        required_fact_keys text,
        fact_view_ids text,
        keyboard_shortcuts text,
        extra_data text default ""
    );
CREATE TABLE cards(
        _id integer primary key,
        id text,
        card_type_id text,
        _fact_id integer,
        fact_view_id text,

        question text,
        answer text,
        tags text,

        grade integer,
        next_rep integer,
        last_rep integer,
        easiness real,
        acq_reps integer,
        ret_reps integer,
        lapses integer,
        acq_reps_since_lapse integer,
        ret_reps_since_lapse integer,
        creation_time integer,
        modification_time integer,
        extra_data text default "",
        scheduler_data integer default 0,
        active boolean default 1
    );
INSERT INTO "cards" VALUES(1,'7FHayIaLMcLBPuQSacO6oB','1',1,'1.1','What does <b>KMS</b> stand for?','Key
Management Service','aws',4,1792800000,1791037715,2.5,3,2,0,3,2,1790000000,1790000000,'',0,1);
INSERT INTO "cards" VALUES(2,'Wpuyzy4ia518z54mTZOFqu','2',2,'2.1','鍵','key','aws, 日本語',5,1790726400,1790259920,2.6,1,1,0,1,1,1790000000,1790000000,'',0,1);
INSERT INTO "cards" VALUES(3,'ndJqXb3Q422IaTjrOFy5Ku','2',2,'2.2','key','鍵','aws, 日本語',5,1790553600,1790000265,2.5,1,0,0,1,0,1790000000,1790000000,'',0,0);
INSERT INTO "cards" VALUES(4,'Vacggd7YeEssuNJvktgHRw','3',3,'3.1','鍵穴','かぎあな
keyhole
a note','日本語',1,1790259985,1790259985,2.5,1,1,1,0,0,1790000000,1790000000,'',0,1);
INSERT INTO "cards" VALUES(5,'dkwKVwWLzwDQzQBoGQdzz1','3',3,'3.2','keyhole','鍵穴
かぎあな
a note','日本語',-1,-1,-1,2.5,0,0,0,0,0,1790000000,1790000000,'',0,1);
INSERT INTO "cards" VALUES(6,'1kaYgYOZ6IWbUERfT4ctHZ','5',4,'5.1','An [device] keeps <$>k_1</$> in hardware.','HSM','',-1,-1,-1,2.5,0,0,0,0,0,1790000000,1790000000,'{''cloze'': ''HSM:device'', ''index'': 0}',0,1);
INSERT INTO "cards" VALUES(7,'okoLTxvxuyeE7yTiPTOFCM','5',4,'5.1','An HSM keeps <$>k_1</$> in [...].','hardware','',4,1790380800,1790000395,2.5,1,0,0,1,0,1790000000,1790000000,'{''cloze'': ''hardware'', ''index'': 1}',0,1);
INSERT INTO "cards" VALUES(8,'BnnRO6YokpkQ02o0szSeeZ','6',5,'6.1','La casa es grande','The house is big','es',4,1790294400,1790000460,2.5,1,0,0,1,0,1790000000,1790000000,'',0,1);
INSERT INTO "cards" VALUES(9,'rvIOatADmJ6xGgqOf23f5w','6',5,'6.2','La [house] es grande','casa
The house is big','es',-1,-1,-1,2.5,0,0,0,0,0,1790000000,1790000000,'{''cloze'': ''casa:house'', ''index'': 0}',0,1);
INSERT INTO "cards" VALUES(10,'UTrONWpT6OGgDuRPIkNMk2','6',5,'6.2','La casa es [...]','grande
The house is big','es',-1,-1,-1,2.5,0,0,0,0,0,1790000000,1790000000,'{''cloze'': ''grande'', ''index'': 1}',0,1);
INSERT INTO "cards" VALUES(11,'EoUutyGUuYfpffVSkkyTXT','4',6,'4.1','&nbsp;
<img src="dot.png">','Tokyo
<img src="dot.png">','',-1,-1,-1,2.5,0,0,0,0,0,1790000000,1790000000,'',0,1);
INSERT INTO "cards" VALUES(12,'JixlFIloVaW25wHJM7Pr0D','4',6,'4.2','Tokyo
<img src="dot.png">','Tokyo
<img src="dot.png">','',3,1790294400,1790000525,2.5,1,0,0,1,0,1790000000,1790000000,'',0,1);
INSERT INTO "cards" VALUES(13,'ndG4t0Qh0K4RSuX40ATDfb','1',7,'1.1','What is <img src="dot.png">?','A dot','',0,1791037780,1791037780,2.5,1,2,1,0,0,1790000000,1790000000,'',0,1);
INSERT INTO "cards" VALUES(14,'VhBlljyjafjDcaAyQcyxa6','1',8,'1.1','Never seen','new','',-1,-1,-1,2.5,0,0,0,0,0,1790000000,1790000000,'',0,1);
CREATE TABLE criteria(
       _id integer primary key,
       id text,
       name text,
       type text,
       data text
    );
INSERT INTO "criteria" VALUES(1,'__DEFAULT__','__DEFAULT__','default','(set(), {1, 2, 3, 4}, set())');
CREATE TABLE data_for_fact(
        _fact_id integer,
        key text,
        value text
    );
INSERT INTO "data_for_fact" VALUES(1,'f','What does <b>KMS</b> stand for?');
INSERT INTO "data_for_fact" VALUES(1,'b','Key
Management Service');
INSERT INTO "data_for_fact" VALUES(2,'f','鍵');
INSERT INTO "data_for_fact" VALUES(2,'b','key');
INSERT INTO "data_for_fact" VALUES(3,'f','鍵穴');
INSERT INTO "data_for_fact" VALUES(3,'p_1','かぎあな');
INSERT INTO "data_for_fact" VALUES(3,'m_1','keyhole');
INSERT INTO "data_for_fact" VALUES(3,'n','a note');
INSERT INTO "data_for_fact" VALUES(4,'text','An [HSM:device] keeps <$>k_1</$> in [hardware].');
INSERT INTO "data_for_fact" VALUES(5,'f','La [casa:house] es [grande]');
INSERT INTO "data_for_fact" VALUES(5,'m_1','The house is big');
INSERT INTO "data_for_fact" VALUES(6,'loc','Tokyo');
INSERT INTO "data_for_fact" VALUES(6,'blank','<img src="dot.png">');
INSERT INTO "data_for_fact" VALUES(6,'marked','<img src="dot.png">');
INSERT INTO "data_for_fact" VALUES(7,'f','What is <img src="dot.png">?');
INSERT INTO "data_for_fact" VALUES(7,'b','A dot');
INSERT INTO "data_for_fact" VALUES(8,'f','Never seen');
INSERT INTO "data_for_fact" VALUES(8,'b','new');
CREATE TABLE fact_views(
        id text primary key,
        name text,
        q_fact_keys text,
        a_fact_keys text,
        q_fact_key_decorators text,
        a_fact_key_decorators text,
        a_on_top_of_q boolean default 0,
        type_answer boolean default 0,
        extra_data text default ""
    );
CREATE TABLE facts(
        _id integer primary key,
        id text,
        extra_data text default ""
    );
INSERT INTO "facts" VALUES(1,'lyKib0s62wBFMJHL5EzRnr','');
INSERT INTO "facts" VALUES(2,'ZA0jtN1AmgFkXZkqXMWuhr','');
INSERT INTO "facts" VALUES(3,'o0CVulGXjW4WZaL0cppFzC','');
INSERT INTO "facts" VALUES(4,'5w2WpBgXO2WOSHfJahVbef','');
INSERT INTO "facts" VALUES(5,'maCwjvsVh8CKCZXHCR0xS6','');
INSERT INTO "facts" VALUES(6,'Ng4htRKHNBsjdRTGSvpw1b','');
INSERT INTO "facts" VALUES(7,'KSaUODFBkFbENAI62hWLcv','');
INSERT INTO "facts" VALUES(8,'dliDQGzNrBTxk2RvwFJmal','');
CREATE TABLE global_variables(
        key text,
        value text
    );
INSERT INTO "global_variables" VALUES('version','4');
CREATE TABLE log(
        _id integer primary key autoincrement, /* Should never be reused. */
        event_type integer,
        timestamp integer,
        object_id text,
        grade integer,
        easiness real,
        acq_reps integer,
        ret_reps integer,
        lapses integer,
        acq_reps_since_lapse integer,
        ret_reps_since_lapse integer,
        scheduled_interval integer,
        actual_interval integer,
        thinking_time integer,
        next_rep integer,
        /* Storing scheduler_data allows syncing the cramming scheduler */
        scheduler_data integer
    );
INSERT INTO "log" VALUES(1,1,1790000000,'Mnemosyne 2.9 posix linux TZ 9',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(2,3,1790000000,'SM2 Mnemosyne',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(3,4,1790000000,'nGvKLdaZpn8CZCMiM0FSOc',NULL,NULL,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(4,4,1790086400,'nGvKLdaZpn8CZCMiM0FSOc.fut',NULL,NULL,0,-666,-666,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(5,4,1790172800,'nGvKLdaZpn8CZCMiM0FSOc.fut',NULL,NULL,0,-666,-666,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(6,4,1790259200,'nGvKLdaZpn8CZCMiM0FSOc.fut',NULL,NULL,0,-666,-666,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(7,4,1790345600,'nGvKLdaZpn8CZCMiM0FSOc.fut',NULL,NULL,0,-666,-666,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(8,4,1790432000,'nGvKLdaZpn8CZCMiM0FSOc.fut',NULL,NULL,0,-666,-666,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(9,4,1790518400,'nGvKLdaZpn8CZCMiM0FSOc.fut',NULL,NULL,0,-666,-666,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(10,4,1790604800,'nGvKLdaZpn8CZCMiM0FSOc.fut',NULL,NULL,0,-666,-666,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(11,26,1790000000,'__DEFAULT__',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(12,26,1790000000,'__DEFAULT__',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(13,26,1790000000,'__DEFAULT__',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(14,10,1790000000,'Y8eWyirU1bLbRt17E8sdKa',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(15,26,1790000000,'__DEFAULT__',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(16,16,1790000000,'lyKib0s62wBFMJHL5EzRnr',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(17,6,1790000000,'7FHayIaLMcLBPuQSacO6oB',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(18,10,1790000000,'JsvsvJrwUaISsmWnkzQfst',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(19,26,1790000000,'__DEFAULT__',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(20,16,1790000000,'ZA0jtN1AmgFkXZkqXMWuhr',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(21,6,1790000000,'Wpuyzy4ia518z54mTZOFqu',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(22,6,1790000000,'ndJqXb3Q422IaTjrOFy5Ku',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(23,16,1790000000,'o0CVulGXjW4WZaL0cppFzC',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(24,6,1790000000,'Vacggd7YeEssuNJvktgHRw',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(25,6,1790000000,'dkwKVwWLzwDQzQBoGQdzz1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(26,16,1790000000,'5w2WpBgXO2WOSHfJahVbef',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(27,6,1790000000,'1kaYgYOZ6IWbUERfT4ctHZ',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(28,6,1790000000,'okoLTxvxuyeE7yTiPTOFCM',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(29,10,1790000000,'2ieT3FARkplJsnP6rQyYJp',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(30,26,1790000000,'__DEFAULT__',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(31,16,1790000000,'maCwjvsVh8CKCZXHCR0xS6',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(32,6,1790000000,'BnnRO6YokpkQ02o0szSeeZ',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(33,6,1790000000,'rvIOatADmJ6xGgqOf23f5w',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(34,6,1790000000,'UTrONWpT6OGgDuRPIkNMk2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(35,16,1790000000,'Ng4htRKHNBsjdRTGSvpw1b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(36,13,1790000000,'dot.png',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(37,6,1790000000,'EoUutyGUuYfpffVSkkyTXT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(38,6,1790000000,'JixlFIloVaW25wHJM7Pr0D',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(39,16,1790000000,'KSaUODFBkFbENAI62hWLcv',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(40,6,1790000000,'ndG4t0Qh0K4RSuX40ATDfb',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(41,16,1790000000,'dliDQGzNrBTxk2RvwFJmal',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(42,6,1790000000,'VhBlljyjafjDcaAyQcyxa6',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(43,9,1790000005,'7FHayIaLMcLBPuQSacO6oB',0,2.5,1,0,0,1,0,0,0,5,1790000005,0);
INSERT INTO "log" VALUES(44,9,1790000070,'7FHayIaLMcLBPuQSacO6oB',1,2.5,2,0,0,2,0,0,60,5,1790000070,0);
INSERT INTO "log" VALUES(45,9,1790000135,'7FHayIaLMcLBPuQSacO6oB',4,2.5,3,0,0,3,0,0,60,5,1790121600,0);
INSERT INTO "log" VALUES(46,9,1790000200,'Wpuyzy4ia518z54mTZOFqu',3,2.5,1,0,0,1,0,0,0,5,1790208000,0);
INSERT INTO "log" VALUES(47,9,1790000265,'ndJqXb3Q422IaTjrOFy5Ku',5,2.5,1,0,0,1,0,0,0,5,1790553600,0);
INSERT INTO "log" VALUES(48,9,1790000330,'Vacggd7YeEssuNJvktgHRw',2,2.5,1,0,0,1,0,0,0,5,1790035200,0);
INSERT INTO "log" VALUES(49,9,1790000395,'okoLTxvxuyeE7yTiPTOFCM',4,2.5,1,0,0,1,0,0,0,5,1790380800,0);
INSERT INTO "log" VALUES(50,9,1790000460,'BnnRO6YokpkQ02o0szSeeZ',4,2.5,1,0,0,1,0,0,0,5,1790294400,0);
INSERT INTO "log" VALUES(51,9,1790000525,'JixlFIloVaW25wHJM7Pr0D',3,2.5,1,0,0,1,0,0,0,5,1790294400,0);
INSERT INTO "log" VALUES(52,9,1790000590,'ndG4t0Qh0K4RSuX40ATDfb',4,2.5,1,0,0,1,0,0,0,5,1790294400,0);
INSERT INTO "log" VALUES(53,9,1790259855,'7FHayIaLMcLBPuQSacO6oB',4,2.5,3,1,0,3,1,99865,259715,5,1790726400,0);
INSERT INTO "log" VALUES(54,9,1790259920,'Wpuyzy4ia518z54mTZOFqu',5,2.6,1,1,0,1,1,186200,259715,5,1790726400,0);
INSERT INTO "log" VALUES(55,9,1790259985,'Vacggd7YeEssuNJvktgHRw',1,2.5,1,1,1,0,0,13270,259650,5,1790259985,0);
INSERT INTO "log" VALUES(56,9,1790260050,'ndG4t0Qh0K4RSuX40ATDfb',3,2.5,1,1,0,1,1,272210,259455,5,1790812800,0);
INSERT INTO "log" VALUES(57,9,1791037715,'7FHayIaLMcLBPuQSacO6oB',4,2.5,3,2,0,3,2,444945,777855,5,1792800000,0);
INSERT INTO "log" VALUES(58,9,1791037780,'ndG4t0Qh0K4RSuX40ATDfb',0,2.5,1,2,1,0,0,531150,777725,5,1791037780,0);
INSERT INTO "log" VALUES(59,7,1791037840,'ndJqXb3Q422IaTjrOFy5Ku',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(60,5,1791037840,'nGvKLdaZpn8CZCMiM0FSOc',NULL,NULL,4,8,13,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log" VALUES(61,2,1791037840,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE media(
        filename text primary key,
        _hash text
    );
INSERT INTO "media" VALUES('dot.png','f829b914fc47cfc9c0747c119c27cf1b');
CREATE TABLE partnerships(
        partner text unique,
        _last_log_id integer
    );
INSERT INTO "partnerships" VALUES('log.txt',0);
CREATE TABLE tags(
        _id integer primary key,
        id text,
        name text,
        extra_data text default ""
    );
INSERT INTO "tags" VALUES(1,'__UNTAGGED__','__UNTAGGED__','');
INSERT INTO "tags" VALUES(2,'Y8eWyirU1bLbRt17E8sdKa','aws','');
INSERT INTO "tags" VALUES(3,'JsvsvJrwUaISsmWnkzQfst','日本語','');
INSERT INTO "tags" VALUES(4,'2ieT3FARkplJsnP6rQyYJp','es','');
CREATE TABLE tags_for_card(
        _card_id integer,
        _tag_id integer
    );
INSERT INTO "tags_for_card" VALUES(1,2);
INSERT INTO "tags_for_card" VALUES(2,3);
INSERT INTO "tags_for_card" VALUES(2,2);
INSERT INTO "tags_for_card" VALUES(4,3);
INSERT INTO "tags_for_card" VALUES(5,3);
INSERT INTO "tags_for_card" VALUES(6,1);
INSERT INTO "tags_for_card" VALUES(7,1);
INSERT INTO "tags_for_card" VALUES(8,4);
INSERT INTO "tags_for_card" VALUES(9,4);
INSERT INTO "tags_for_card" VALUES(10,4);
INSERT INTO "tags_for_card" VALUES(11,1);
INSERT INTO "tags_for_card" VALUES(12,1);
INSERT INTO "tags_for_card" VALUES(13,1);
INSERT INTO "tags_for_card" VALUES(14,1);
INSERT INTO "tags_for_card" VALUES(3,3);
INSERT INTO "tags_for_card" VALUES(3,2);
CREATE INDEX i_facts on facts (id);
CREATE INDEX i_data_for_fact on data_for_fact (_fact_id);
CREATE INDEX i_cards on cards (id);
CREATE INDEX i_cards_2 on cards (fact_view_id);
CREATE INDEX i_cards_3 on cards (_fact_id);
CREATE INDEX i_tags on tags (id);
CREATE INDEX i_tags_for_card on tags_for_card (_card_id);
CREATE INDEX i_tags_for_card_2 on tags_for_card (_tag_id);
CREATE INDEX i_log_timestamp on log (timestamp);
CREATE INDEX i_log_object_id on log (object_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('log',61);
COMMIT;
