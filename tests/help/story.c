#include "tests/help/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/clock.h"
#include "proto/picture/level.h"
#include "proto/rules/needs.h"
#include "proto/rules/release.h"
#include "proto/rules/templates.h"
#include "proto/sign/digest.h"
#include "proto/wire/say.h"
#include "proto/words/words.h"

#define OFFSET_MIN 480
/* 2031-07-16 00:00 +08:00 */
#define DAY_MS INT64_C(1941897600000)

/* Everything said, for coordinators that start again. */
struct kept {
    struct mu_entry entry;
    struct kept *next;
};
static struct kept *first, **last = &first;
static struct kept *lost;

void story_open(struct story *story)
{
    memset(story, 0, sizeof *story);
    story->dies_after = -1;
    assert_int_equal(mu_picture_new(&story->picture), MU_OK);
    assert_int_equal(mu_rules_new(story->picture, &story->rules), MU_OK);
    story->arena = mu_arena_make(SIZE_MAX / 4);
    story->at_ms = DAY_MS + 13 * MU_HOUR_MS + 30 * MU_MINUTE_MS;
    story->out = mu_text(story->trace, sizeof story->trace);
    first = NULL;
    last = &first;
}

void story_close(struct story *story)
{
    mu_rules_free(&story->rules);
    mu_picture_free(&story->picture);
    mu_arena_free(&story->arena);
}

/* ---- entries ---- */

static void keep(struct story *story, const struct mu_entry *entry)
{
    struct kept *kept = mu_arena_take(&story->arena, sizeof *kept);

    kept->entry = *entry;
    *last = kept;
    last = &kept->next;
}

static void enter(struct story *story, const char *agency, const Muster__Event *event)
{
    uint8_t *packed = mu_arena_take(&story->arena, mu_event_size(event) + 1);
    struct mu_entry entry = {
        .epoch = 1 + story->epochs_before,
        .number = ++story->number,
        .accepted_at_ms = story->at_ms,
        .path = "",
        .event = event,
        .lane =
            mu_kind_lane(mu_kind_of(event),
                         event->envelope->has_severity ? (uint32_t)event->envelope->severity : 0),
    };
    struct mu_bytes parts[2];
    struct mu_fault fault = {0};

    (void)snprintf((char *)entry.agent.b, sizeof entry.agent.b, "%s", agency);
    entry.body = (struct mu_bytes){packed, mu_event_pack(event, packed)};
    parts[0] = (struct mu_bytes){(const uint8_t *)&entry.number, sizeof entry.number};
    parts[1] = entry.body;
    mu_sha256_parts(parts, 2, &entry.leaf);
    if (mu_event_scan(entry.body, NULL, &fault) != MU_OK || mu_event_check(event, &fault) != MU_OK)
        fail_msg("%s says what the record refuses: %s %s", agency, mu_err_code(fault.code),
                 fault.path);
    /* Kept for those who start again: what the caller made may live on his stack. */
    assert_int_equal(mu_event_unpack(entry.body, &story->arena, &entry.event, &fault), MU_OK);
    keep(story, &entry);
    assert_int_equal(mu_picture_fold(story->picture, &entry), MU_OK);
    assert_int_equal(mu_rules_judge(story->rules), MU_OK);
}

/* ---- people ---- */

static enum mu_err find_ref(void *user, uint32_t kind, const char *object, uint32_t *version,
                            struct mu_hash *leaf)
{
    struct story *story = user;
    const struct mu_object *found = kind != 0 ? mu_picture_object(story->picture, kind, object)
                                              : mu_picture_named(story->picture, object);
    const struct mu_said *said =
        *version == 0 ? mu_object_head(found) : mu_object_version(found, *version);

    if (said == NULL)
        return MU_E_ABSENT;
    *version = said->version;
    *leaf = said->leaf;
    return MU_OK;
}

static enum mu_err find_card(void *user, uint32_t rule, const char *subject,
                             struct mu_hash *card_id, struct mu_hash *finding_id)
{
    struct story *story = user;
    char name[128];
    const struct mu_card *card;

    (void)snprintf(name, sizeof name, "%s:%s", mu_rule_name((Muster__Rule)rule), subject);
    card = mu_picture_card_named(story->picture, name);
    if (card == NULL || !card->open)
        return MU_E_ABSENT;
    memcpy(card_id->b, card->finding->card_id.data, sizeof card_id->b);
    memcpy(finding_id->b, card->finding->finding_id.data, sizeof finding_id->b);
    return MU_OK;
}

static void set_clock(struct story *story, const char *clock)
{
    int hour, minute, second = 0;

    if (clock == NULL)
        return;
    assert_true(sscanf(clock, "%d:%d:%d", &hour, &minute, &second) >= 2);
    story->at_ms = DAY_MS + hour * MU_HOUR_MS + minute * MU_MINUTE_MS + second * 1000;
}

uint64_t story_hears(struct story *story, const char *clock, const char *agency, const char *words)
{
    char *line = mu_arena_copy(&story->arena, words, strlen(words));
    char *argv[MU_SAY_WORDS_MAX];
    bool open;
    struct mu_fault fault = {0};
    struct mu_assign how = {&story->arena, DAY_MS, OFFSET_MIN, &fault};
    struct mu_say_resolver resolver = {find_ref, find_card, story};
    struct mu_say_defaults defaults = {
        agency, "cn/99/01/21", "INC-01", MUSTER__STATUS__STATUS_EXERCISE, 0, 0};
    struct mu_saying said;
    size_t count = mu_say_words(line, argv, &open);
    enum mu_err err;

    set_clock(story, clock);
    defaults.now_ms = story->at_ms;
    if ((err = mu_say_read((int)count, (const char *const *)argv, &how, &said)) != MU_OK ||
        (err = mu_say_fill(&said, &defaults, &how)) != MU_OK ||
        (err = mu_say_resolve(&said, &resolver, &how)) != MU_OK)
        fail_msg("%s: %s at \"%s\"", words, mu_err_code(err), fault.path);
    enter(story, agency, said.event);
    return story->number;
}

void story_ticks(struct story *story, const char *clock)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Tick tick = MUSTER__TICK__INIT;
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;

    set_clock(story, clock);
    tick.has_at_ms = tick.has_reason = true;
    tick.at_ms = story->at_ms;
    tick.reason = MUSTER__TICK_REASON__TICK_REASON_WAKE;
    envelope.agency = (char *)(uintptr_t) "broker";
    envelope.area = (char *)(uintptr_t) "cn/99/01/21";
    envelope.has_status = envelope.has_occurred_at_ms = true;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = story->at_ms;
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_TICK;
    event.tick = &tick;
    enter(story, "broker", &event);
    story_answer(story);
}

/* ---- desks and their receipts ---- */

uint64_t story_enters(struct story *story, const char *agency, const Muster__Event *event)
{
    enter(story, agency, event);
    story_answer(story);
    return story->number;
}

/* A desk's agent is known by its agency's code, as everybody who speaks in a story is. */
static void enrol_desk(struct story *story, const char *agency, const char *telephone)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Enrolment enrolment = MUSTER__ENROLMENT__INIT;
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    struct mu_agent_id agent = {{0}};
    uint8_t key[32] = {1}, certificate[4] = {0x30, 2, 1, 0};

    (void)snprintf((char *)agent.b, sizeof agent.b, "%s", agency);
    envelope.agency = (char *)(uintptr_t) "EM";
    envelope.area = (char *)(uintptr_t) "cn/99/01/21";
    envelope.has_status = envelope.has_occurred_at_ms = true;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = story->at_ms;
    enrolment.has_agent = enrolment.has_desk = enrolment.desk = true;
    enrolment.agent = (ProtobufCBinaryData){sizeof agent.b, agent.b};
    enrolment.agency = (char *)(uintptr_t)agency;
    enrolment.telephone = (char *)(uintptr_t)telephone;
    enrolment.has_algorithm = enrolment.has_sign_key = enrolment.has_curve_key = true;
    enrolment.algorithm = MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_ED25519_SHA256;
    enrolment.sign_key = enrolment.curve_key = (ProtobufCBinaryData){sizeof key, key};
    enrolment.has_certificate = true;
    enrolment.certificate = (ProtobufCBinaryData){sizeof certificate, certificate};
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_ENROLMENT;
    event.enrolment = &enrolment;
    enter(story, "admin", &event);
}

void story_desks(struct story *story, const char *agencies)
{
    char *list = mu_arena_copy(&story->arena, agencies, strlen(agencies)), *save = NULL;
    unsigned number = 0;

    for (char *agency = strtok_r(list, " ", &save); agency != NULL;
         agency = strtok_r(NULL, " ", &save)) {
        char telephone[32];

        (void)snprintf(telephone, sizeof telephone, "0000-%s-%02u", agency, ++number);
        enrol_desk(story, agency, mu_arena_copy(&story->arena, telephone, strlen(telephone)));
    }
}

void story_holds(struct story *story, const char *clock, const char *agency, uint64_t through,
                 const char *filter)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__ReceiptSheet sheet = MUSTER__RECEIPT_SHEET__INIT;
    Muster__Receipt receipt = MUSTER__RECEIPT__INIT, *receipts[] = {&receipt};
    Muster__LaneThrough lanes[MU_LANES], *list[MU_LANES];
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    struct mu_agent_id agent = {{0}};
    uint8_t signature[64] = {1}; /* the fold takes sheets as the broker checked them */

    set_clock(story, clock);
    for (uint32_t i = 0; i < MU_LANES; i++) {
        lanes[i] = (Muster__LaneThrough)MUSTER__LANE_THROUGH__INIT;
        lanes[i].has_lane = lanes[i].has_through = true;
        lanes[i].lane = i;
        lanes[i].through = through;
        list[i] = &lanes[i];
    }
    (void)snprintf((char *)agent.b, sizeof agent.b, "%s", agency);
    receipt.has_agent = receipt.has_epoch = receipt.has_stated_at_ms = true;
    receipt.has_checkpoint_size = receipt.has_checkpoint_root = true;
    receipt.has_key = receipt.has_signature = true;
    receipt.agent = receipt.key = (ProtobufCBinaryData){sizeof agent.b, agent.b};
    receipt.checkpoint_size = through;
    receipt.checkpoint_root = (ProtobufCBinaryData){32, signature};
    receipt.signature = (ProtobufCBinaryData){sizeof signature, signature};
    receipt.epoch = 1 + story->epochs_before;
    receipt.n_through = MU_LANES;
    receipt.through = list;
    receipt.filter = (char *)(uintptr_t)filter;
    receipt.stated_at_ms = story->at_ms;
    sheet.n_receipts = 1;
    sheet.receipts = receipts;
    envelope.agency = (char *)(uintptr_t) "broker";
    envelope.area = (char *)(uintptr_t) "cn/99/01/21";
    envelope.has_status = envelope.has_occurred_at_ms = true;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = story->at_ms;
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_RECEIPT_SHEET;
    event.receipt_sheet = &sheet;
    enter(story, "broker", &event);
    story_answer(story);
}

/* ---- supply ---- */

static bool answer_needs(struct story *story)
{
    const struct mu_said *cause = mu_picture_needs_cause(story->picture);
    Muster__Event *event = mu_arena_take(&story->arena, sizeof *event);
    Muster__Envelope *envelope = mu_arena_take(&story->arena, sizeof *envelope);
    const struct mu_said *before = mu_picture_sheet(story->picture);
    Muster__SupplySheet *sheet;
    char *name = mu_arena_take(&story->arena, 64);
    struct mu_text text = mu_text(name, 64);

    if (story->no_supply || cause == NULL || mu_picture_sheet_current(story->picture))
        return false;
    assert_int_equal(mu_needs_sheet(story->picture, NULL, &story->arena, &sheet), MU_OK);
    if (sheet == NULL)
        return false;
    mu_needs_name(story->picture, &text);
    *event = (Muster__Event)MUSTER__EVENT__INIT;
    *envelope = *cause->event->envelope;
    envelope->object = name;
    envelope->has_version = true;
    envelope->version = before == NULL ? 1 : before->version + 1;
    envelope->agency = (char *)(uintptr_t) "CA";
    envelope->has_change = false;
    envelope->n_cites = envelope->n_supersedes = envelope->n_cancels = envelope->n_based_on = 0;
    event->envelope = envelope;
    event->body_case = MUSTER__EVENT__BODY_SUPPLY_SHEET;
    event->supply_sheet = sheet;
    enter(story, "CA", event);
    return true;
}

/* ---- water ---- */

static void enter_water(struct story *story, const struct mu_said *about, Muster__Event *event)
{
    Muster__Envelope *envelope = mu_arena_take(&story->arena, sizeof *envelope);

    *envelope = *about->event->envelope;
    envelope->agency = (char *)(uintptr_t) "WR";
    envelope->has_change = envelope->has_source = envelope->has_occurred_at_ms = true;
    envelope->change = MUSTER__CHANGE__CHANGE_PROGRESS;
    envelope->source = MUSTER__SOURCE_KIND__SOURCE_KIND_COMPUTED;
    envelope->occurred_at_ms = mu_picture_now_ms(story->picture);
    envelope->object = (char *)(uintptr_t)about->object->id;
    envelope->n_cites = envelope->n_supersedes = envelope->n_cancels = envelope->n_based_on = 0;
    event->envelope = envelope;
    enter(story, "WR", event);
}

static bool answer_releases(struct story *story, const struct mu_river *river)
{
    const struct mu_object *object;
    bool said = false;

    for (size_t i = 0;
         (object = mu_picture_at(story->picture, MUSTER__EVENT__BODY_DAM_OPERATION, i)) != NULL;
         i++) {
        Muster__Event *event = mu_arena_take(&story->arena, sizeof *event);

        *event = (Muster__Event)MUSTER__EVENT__INIT;
        event->body_case = MUSTER__EVENT__BODY_DAM_OPERATION;
        assert_int_equal(mu_release_answer(story->picture, river, object, "WR", &story->arena,
                                           &event->dam_operation),
                         MU_OK);
        if (event->dam_operation == NULL)
            continue;
        enter_water(story, mu_object_head(object), event);
        said = true;
    }
    return said;
}

static bool answer_gauges(struct story *story)
{
    const struct mu_object *object;
    bool said = false;

    for (size_t i = 0;
         (object = mu_picture_at(story->picture, MUSTER__EVENT__BODY_GAUGE, i)) != NULL; i++) {
        Muster__Event *event = mu_arena_take(&story->arena, sizeof *event);

        *event = (Muster__Event)MUSTER__EVENT__INIT;
        event->body_case = MUSTER__EVENT__BODY_GAUGE;
        assert_int_equal(
            mu_level_answer(story->picture, object->id, "WR", &story->arena, &event->gauge), MU_OK);
        if (event->gauge == NULL)
            continue;
        enter_water(story, mu_object_head(object), event);
        said = true;
    }
    return said;
}

static bool answer_water(struct story *story)
{
    struct mu_river *river;
    bool said;

    if (!story->water)
        return false;
    assert_int_equal(mu_river_new(story->picture, &river), MU_OK);
    said = answer_releases(story, river);
    mu_river_free(&river);
    return answer_gauges(story) || said;
}

/* ---- the coordinator ---- */

static void show_number(struct mu_text *out, const Muster__Number *number)
{
    static const char *const units[64] = {
        [MUSTER__MEASURE__MEASURE_LITRE] = " L",
        [MUSTER__MEASURE__MEASURE_MINUTE] = " min",
        [MUSTER__MEASURE__MEASURE_SECOND] = " s",
        [MUSTER__MEASURE__MEASURE_KILOGRAM] = " kg",
    };

    mu_text_addf(out, "%lld%s", (long long)number->value,
                 number->unit < 64 && units[number->unit] != NULL ? units[number->unit] : "");
}

static void show_clock(struct mu_text *out, int64_t ms)
{
    struct mu_civil civil = mu_civil(ms, OFFSET_MIN);

    mu_text_addf(out, "%02d:%02d", civil.hour, civil.minute);
}

static void show_argument(struct mu_text *out, const Muster__Argument *arg)
{
    switch (arg->value_case) {
    case MUSTER__ARGUMENT__VALUE_NUMBER:
        show_number(out, arg->number);
        break;
    case MUSTER__ARGUMENT__VALUE_AT_MS:
        show_clock(out, arg->at_ms);
        break;
    case MUSTER__ARGUMENT__VALUE_WINDOW:
        show_clock(out, arg->window->start_at_ms);
        mu_text_add(out, "-");
        if (arg->window->has_end_at_ms)
            show_clock(out, arg->window->end_at_ms);
        break;
    case MUSTER__ARGUMENT__VALUE_EDGE:
        mu_text_add(out, arg->edge->edge);
        break;
    case MUSTER__ARGUMENT__VALUE_ACTIVITY:
        mu_text_addf(out, "activity %d", (int)arg->activity);
        break;
    case MUSTER__ARGUMENT__VALUE_ITEM:
        mu_text_add(out, arg->item);
        break;
    case MUSTER__ARGUMENT__VALUE_AGENCY:
        mu_text_add(out, arg->agency);
        break;
    case MUSTER__ARGUMENT__VALUE_REF:
        mu_text_addf(out, "%s@%u", arg->ref->object, arg->ref->version);
        break;
    default:
        mu_text_add(out, arg->object);
        break;
    }
}

static void show_sentence(struct mu_text *out, const Muster__Sentence *sentence)
{
    char text[10][512];
    const char *args[10];

    for (size_t i = 0; i < sentence->n_args && i < 10; i++) {
        struct mu_text piece = mu_text(text[i], sizeof text[i]);

        show_argument(&piece, sentence->args[i]);
        args[i] = text[i];
    }
    assert_non_null(mu_template(sentence->template_id, MU_LANG_EN));
    assert_non_null(mu_template(sentence->template_id, MU_LANG_ZH));
    mu_words_fill(out, mu_template(sentence->template_id, MU_LANG_EN), args, sentence->n_args);
}

static void show_lines(struct mu_text *out, const Muster__Finding *finding)
{
    for (size_t i = 0; i < finding->n_lines; i++) {
        mu_text_add(out, "  - ");
        show_sentence(out, finding->lines[i]->text);
        mu_text_add(out, "\n");
    }
    for (size_t i = 0; i < finding->n_options; i++) {
        mu_text_add(out, "  ? ");
        show_sentence(out, finding->options[i]->text);
        if (finding->options[i]->why_not != NULL) {
            mu_text_add(out, "; no: ");
            show_sentence(out, finding->options[i]->why_not);
        }
        mu_text_add(out, "\n");
    }
}

static void show_finding(struct story *story, const Muster__Finding *finding)
{
    static const char *const states[] = {"?",       "?",      "RAISED",  "UPDATED",
                                         "DECIDED", "CLOSED", "RETURNED"};
    struct mu_text *out = &story->out;

    show_clock(out, story->at_ms);
    mu_text_addf(out, " %s %s %s:%s", finding->has_card_id ? "card" : "note",
                 states[finding->state], mu_rule_name(finding->rule), finding->subject);
    for (size_t i = 0; i < finding->n_also_rules; i++)
        mu_text_addf(out, "+%s", mu_rule_name(finding->also_rules[i]));
    if (finding->decider_agency != NULL)
        mu_text_addf(out, " for %s", finding->decider_agency);
    if (finding->has_decide_by_ms) {
        mu_text_add(out, " by ");
        show_clock(out, finding->decide_by_ms);
    }
    if (finding->has_close_reason)
        mu_text_addf(out, " reason %d", (int)finding->close_reason);
    mu_text_add(out, " | ");
    show_sentence(out, finding->headline);
    mu_text_add(out, "\n");
    show_lines(out, finding);
    assert_false(out->cut);
}

static bool answer_findings(struct story *story)
{
    struct mu_rules_voice voice = {"CMD", story->at_ms};
    const Muster__Event **events;
    size_t count;

    if (story->no_coordinator)
        return false;
    assert_int_equal(mu_rules_differ(story->rules, &voice, &story->arena, &events, &count), MU_OK);
    for (size_t i = 0; i < count; i++)
        show_finding(story, events[i]->finding);
    if (count > 0 && story->meanwhile != NULL) {
        const char *words = story->meanwhile;

        story->meanwhile = NULL;
        story_hears(story, NULL, "EM", words);
    }
    for (size_t i = 0; i < count; i++) {
        if (story->dies_after == 0) {
            story->no_coordinator = true;
            return false;
        }
        enter(story, "CMD", events[i]);
        story->dies_after -= story->dies_after > 0;
    }
    return count > 0;
}

void story_answer(struct story *story)
{
    bool more = true;

    while (more) {
        more = answer_findings(story);
        more = answer_needs(story) || more;
        more = answer_water(story) || more;
    }
}

void story_says(struct story *story, const char *clock, const char *agency, const char *words)
{
    story_hears(story, clock, agency, words);
    story_answer(story);
}

void story_restart(struct story *story)
{
    mu_rules_free(&story->rules);
    mu_picture_free(&story->picture);
    assert_int_equal(mu_picture_new(&story->picture), MU_OK);
    assert_int_equal(mu_rules_new(story->picture, &story->rules), MU_OK);
    for (struct kept *kept = first; kept != NULL; kept = kept->next) {
        assert_int_equal(mu_picture_fold(story->picture, &kept->entry), MU_OK);
        assert_int_equal(mu_rules_judge(story->rules), MU_OK);
    }
    story_answer(story);
}

/* ---- a record that was lost ---- */

static void begin_epoch(struct story *story, Muster__EpochReturned *returned)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Epoch epoch = MUSTER__EPOCH__INIT;
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;

    epoch.has_epoch = epoch.has_old_epoch = epoch.has_reason = true;
    epoch.reason = MUSTER__EPOCH_REASON__EPOCH_REASON_RESTORED;
    epoch.epoch = 1 + story->epochs_before;
    epoch.old_epoch = story->epochs_before;
    epoch.returned = returned;
    envelope.agency = (char *)(uintptr_t) "broker";
    envelope.area = (char *)(uintptr_t) "cn/99/01/21";
    envelope.has_status = envelope.has_occurred_at_ms = true;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = story->at_ms;
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_EPOCH;
    event.epoch = &epoch;
    enter(story, "broker", &event);
}

size_t story_restore(struct story *story, uint64_t through)
{
    size_t count = 0;

    last = &first;
    while (*last != NULL && (*last)->entry.number <= through)
        last = &(*last)->next;
    lost = *last;
    *last = NULL;
    for (struct kept *kept = lost; kept != NULL; kept = kept->next)
        count++;
    story->no_coordinator = true;
    story_restart(story);
    story->number = through;
    story->epochs_before++;
    begin_epoch(story, NULL);
    return count;
}

const struct mu_entry *story_lost(size_t index)
{
    struct kept *kept = lost;

    while (index-- > 0)
        kept = kept->next;
    return &kept->entry;
}

void story_gives_back(struct story *story, size_t index)
{
    struct mu_entry entry = *story_lost(index);
    Muster__EpochReturned returned = MUSTER__EPOCH_RETURNED__INIT;

    returned.has_epoch = returned.has_first_number = returned.has_count = true;
    returned.has_accepted_at_ms = returned.has_number = true;
    returned.epoch = entry.epoch;
    returned.first_number = entry.number;
    returned.count = 1;
    returned.accepted_at_ms = entry.accepted_at_ms;
    returned.number = story->number + 2;
    if (!story->unannounced)
        begin_epoch(story, &returned);
    entry.epoch = 1 + story->epochs_before;
    entry.number = ++story->number;
    entry.accepted_at_ms = story->at_ms;
    keep(story, &entry);
    assert_int_equal(mu_picture_fold(story->picture, &entry), MU_OK);
    assert_int_equal(mu_rules_judge(story->rules), MU_OK);
}

static bool is_finding(const struct kept *kept)
{
    return kept->entry.event->body_case == MUSTER__EVENT__BODY_FINDING;
}

void story_speak_early(struct story *story)
{
    struct mu_rules_voice voice = {"CMD", story->at_ms};
    const Muster__Event **events;
    mu_picture *picture;
    mu_rules *rules;
    size_t count;

    assert_int_equal(mu_picture_new(&picture), MU_OK);
    assert_int_equal(mu_rules_new(picture, &rules), MU_OK);
    for (struct kept *kept = first; kept != NULL; kept = kept->next) {
        if (is_finding(kept))
            continue;
        assert_int_equal(mu_picture_fold(picture, &kept->entry), MU_OK);
        assert_int_equal(mu_rules_judge(rules), MU_OK);
    }
    assert_int_equal(mu_rules_differ(rules, &voice, &story->arena, &events, &count), MU_OK);
    for (size_t i = 0; i < count; i++)
        enter(story, "CMD", events[i]);
    mu_rules_free(&rules);
    mu_picture_free(&picture);
}

size_t story_repeats(void)
{
    size_t repeats = 0;

    for (struct kept *one = first; one != NULL; one = one->next)
        for (struct kept *other = one->next; is_finding(one) && other != NULL; other = other->next)
            if (is_finding(other) && memcmp(one->entry.event->finding->finding_id.data,
                                            other->entry.event->finding->finding_id.data, 32) == 0)
                repeats++;
    return repeats;
}

/* ---- looking ---- */

void story_forget(struct story *story)
{
    story->out = mu_text(story->trace, sizeof story->trace);
}

void story_expect(struct story *story, const char *trace)
{
    assert_string_equal(story->trace, trace);
    story_forget(story);
}

void story_expect_line(struct story *story, const char *line)
{
    if (strstr(story->trace, line) == NULL)
        fail_msg("not said: %s\nsaid: %s", line, story->trace);
}

const char *story_sheet_line(struct story *story, const char *item)
{
    static char buffer[256];
    struct mu_text out = mu_text(buffer, sizeof buffer);
    const struct mu_said *said = mu_picture_sheet(story->picture);

    for (size_t i = 0; said != NULL && i < said->event->supply_sheet->n_lines; i++) {
        const Muster__SheetLine *line = said->event->supply_sheet->lines[i];

        if (strcmp(line->item, item) != 0)
            continue;
        mu_text_addf(&out, "needed %lld own %lld send %lld", (long long)line->needed_milli / 1000,
                     (long long)line->own_milli / 1000, (long long)line->to_send_milli / 1000);
        if (line->has_stock_usable_milli)
            mu_text_addf(
                &out, " usable %lld requested %lld committed %lld short %lld",
                (long long)line->stock_usable_milli / 1000, (long long)line->requested_milli / 1000,
                (long long)line->committed_milli / 1000, (long long)line->short_milli / 1000);
    }
    return buffer;
}

const char *story_need(struct story *story, const char *evacuation, const char *item)
{
    static char buffer[256];
    struct mu_text out = mu_text(buffer, sizeof buffer);
    const struct mu_said *said = mu_picture_sheet(story->picture);

    for (size_t i = 0; said != NULL && i < said->event->supply_sheet->n_needs; i++) {
        const Muster__SheetNeed *need = said->event->supply_sheet->needs[i];

        if (strcmp(need->evacuation->object, evacuation) != 0)
            continue;
        for (size_t k = 0; k < need->n_lines; k++)
            if (strcmp(need->lines[k]->item, item) == 0)
                mu_text_addf(&out, "needed %lld own %lld send %lld change %lld",
                             (long long)need->lines[k]->needed_milli / 1000,
                             (long long)need->lines[k]->own_milli / 1000,
                             (long long)need->lines[k]->to_send_milli / 1000,
                             (long long)need->lines[k]->change_milli / 1000);
    }
    return buffer;
}

const char *story_open_cards(struct story *story)
{
    static char buffer[1024];
    struct mu_text out = mu_text(buffer, sizeof buffer);
    const struct mu_card *card;

    for (size_t i = 0; (card = mu_picture_card_at(story->picture, i)) != NULL; i++)
        if (card->open && card->finding->has_card_id)
            mu_text_addf(&out, "%s%s:%s", out.used > 0 ? " " : "",
                         mu_rule_name(card->finding->rule), card->finding->subject);
    return buffer;
}

const char *story_clearance(struct story *story, const char *plan)
{
    static char buffer[512];
    struct mu_text out = mu_text(buffer, sizeof buffer);
    char name[128];
    const struct mu_card *card;

    (void)snprintf(name, sizeof name, "CLEARANCE:%s", plan);
    card = mu_picture_card_named(story->picture, name);
    if (card == NULL || !card->open)
        return "none";
    mu_text_add(&out, card->finding->kind == MUSTER__FINDING_KIND__FINDING_KIND_CLEARANCE
                          ? "cleared"
                          : "uncleared");
    for (size_t i = 0; i < card->finding->n_uncited; i++)
        mu_text_addf(&out, " %s@%u", card->finding->uncited[i]->object,
                     card->finding->uncited[i]->version);
    return buffer;
}
