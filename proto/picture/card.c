#include "proto/picture/card.h"

#include <stdlib.h>
#include <string.h>

#include "proto/picture/fold.h"
#include "proto/sign/digest.h"
#include "proto/wire/event.h"

#define KEY_BYTES (5 * MU_NAME_BYTES_MAX)
#define DECISION_KEY_BYTES (KEY_BYTES + MU_NAME_BYTES_MAX + 4)

/* ---- names ---- */

const char *mu_rule_name(Muster__Rule rule)
{
    static const struct {
        Muster__Rule rule;
        const char *name;
    } names[] = {
        {MUSTER__RULE__RULE_C01, "C01"},       {MUSTER__RULE__RULE_C02, "C02"},
        {MUSTER__RULE__RULE_C03, "C03"},       {MUSTER__RULE__RULE_C04, "C04"},
        {MUSTER__RULE__RULE_C05, "C05"},       {MUSTER__RULE__RULE_C06, "C06"},
        {MUSTER__RULE__RULE_C07, "C07"},       {MUSTER__RULE__RULE_C08, "C08"},
        {MUSTER__RULE__RULE_C09, "C09"},       {MUSTER__RULE__RULE_C10, "C10"},
        {MUSTER__RULE__RULE_C11, "C11"},       {MUSTER__RULE__RULE_C12, "C12"},
        {MUSTER__RULE__RULE_C13, "C13"},       {MUSTER__RULE__RULE_C14, "C14"},
        {MUSTER__RULE__RULE_C15, "C15"},       {MUSTER__RULE__RULE_CLEARANCE, "CLEARANCE"},
        {MUSTER__RULE__RULE_ORDER, "ORDER"},   {MUSTER__RULE__RULE_DEADLINE, "DEADLINE"},
        {MUSTER__RULE__RULE_DEBT, "DEBT"},     {MUSTER__RULE__RULE_LOAD, "LOAD"},
        {MUSTER__RULE__RULE_LATE, "LATE"},     {MUSTER__RULE__RULE_SILENCE, "SILENCE"},
        {MUSTER__RULE__RULE_MARGIN, "MARGIN"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].rule == rule)
            return names[i].name;
    return "?";
}

void mu_card_key(struct mu_text *out, const char *agency, const char *role, const char *cause)
{
    mu_text_addf(out, "%s|%s|%s", agency == NULL ? "" : agency, role == NULL ? "" : role,
                 cause == NULL ? "" : cause);
}

void mu_card_id(const char *role, const char *cause, struct mu_hash *out)
{
    char buffer[KEY_BYTES];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_card_key(&text, "muster card 1", role, cause);
    mu_sha256(buffer, text.used, out);
}

static void rule_subject(struct mu_text *out, Muster__Rule rule, const char *subject)
{
    mu_text_addf(out, "%s:%s", mu_rule_name(rule), subject == NULL ? "" : subject);
}

/* ---- what a finding says ---- */

enum mu_err mu_finding_core(const Muster__Finding *finding, struct mu_hash *out)
{
    Muster__Finding core = *finding;
    Muster__Event event = MUSTER__EVENT__INIT;
    uint8_t *packed;
    size_t size;

    core.has_finding_id = false;
    core.has_state = false;
    core.state = MUSTER__FINDING_STATE__FINDING_STATE_UNSPECIFIED;
    core.has_judged_through = false;
    core.has_epoch = false;
    core.has_judged_at_ms = false;
    core.has_raising_count = false;
    core.has_wake_at_ms = false;
    core.wake_at_ms = 0;
    core.closed_by = NULL;
    core.n_causes = 0;
    core.causes = NULL;
    event.body_case = MUSTER__EVENT__BODY_FINDING;
    event.finding = &core;
    size = mu_event_size(&event);
    if ((packed = malloc(size + 1)) == NULL)
        return MU_E_NO_MEMORY;
    mu_event_pack(&event, packed);
    mu_sha256(packed, size, out);
    free(packed);
    return MU_OK;
}

/* ---- void: the premises changed before the finding was recorded ---- */

/* Where a record gave it back, "recorded" means where it stood first: what has come in front of it since was not
 * there then, and what counted then counts. */
static bool came_between(const struct mu_said *said, const struct mu_said *finding)
{
    const Muster__Finding *judged = finding->event->finding;
    uint32_t epoch = judged->has_epoch ? judged->epoch : finding->epoch;

    return said != NULL && !mu_said_before(said, epoch, judged->judged_through) &&
           (finding->was_number == 0 ||
            (finding->was_epoch == epoch &&
             mu_said_before(said, finding->was_epoch, finding->was_number)));
}

static bool premise_changed(const struct mu_picture *picture, const Muster__Ref *ref,
                            const struct mu_said *finding)
{
    const struct mu_said *said = mu_picture_said(picture, ref);
    const struct mu_said *head;

    if (said == NULL || !said->is_version)
        return false;
    head = mu_object_head(said->object);
    if (head == said)
        return false;
    if (head == NULL)
        return said->struck || came_between(said->object->withdrawn_by, finding);
    return came_between(head, finding);
}

static bool is_void(const struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Finding *finding = said->event->finding;

    if (!finding->has_judged_through)
        return false;
    for (size_t i = 0; i < finding->n_causes; i++)
        if (premise_changed(picture, finding->causes[i], said))
            return true;
    return false;
}

/* ---- folding ---- */

static struct mu_card *find_card(struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Finding *finding = said->event->finding;
    char buffer[KEY_BYTES];
    struct mu_text text = mu_text(buffer, sizeof buffer);
    struct mu_card *card;
    const char *key;

    mu_card_key(&text, said->event->envelope->agency, finding->decider_role,
                finding->cause_key != NULL ? finding->cause_key : said->object->id);
    if ((card = mu_table_find(&picture->cards, buffer)) != NULL)
        return card;
    card = mu_arena_take(&picture->arena, sizeof *card);
    key = mu_fold_text(picture, buffer);
    if (card == NULL || key == NULL || mu_table_put(&picture->cards, key, card) != MU_OK)
        return NULL;
    card->key = key;
    return card;
}

/* Given back to a restored record, what closed a card may come before what raised it: the last word is the one that
 * was recorded last. */
static enum mu_err count_finding(struct mu_card *card, const struct mu_said *said)
{
    const Muster__Finding *finding = said->event->finding;
    bool open = finding->state != MUSTER__FINDING_STATE__FINDING_STATE_CLOSED;
    uint32_t raisings = finding->has_raising_count ? finding->raising_count : 1;

    card->told++;
    if (card->said != NULL && mu_said_recorded_before(said, card->said)) {
        if (open && card->open && raisings == card->raisings)
            card->raised_number = said->number;
        return MU_OK;
    }
    if (open && !card->open)
        card->raised_number = said->number;
    card->said = said;
    card->finding = finding;
    card->open = open;
    card->raisings = raisings;
    return mu_finding_core(finding, &card->core);
}

/* The same finding twice is one; a void one does not count as told. */
static enum mu_err take_finding(struct mu_picture *picture, struct mu_card *card,
                                struct mu_said *said)
{
    const Muster__Finding *finding = said->event->finding;
    const char *id = mu_fold_hex(picture, finding->finding_id.data, finding->finding_id.len);
    enum mu_err err;

    if (id == NULL)
        return MU_E_NO_MEMORY;
    if (finding->has_finding_id && mu_table_find(&picture->findings, id) != NULL)
        return MU_OK;
    if (is_void(picture, said)) {
        card->voided++;
        return MU_OK;
    }
    if (finding->has_finding_id && (err = mu_table_put(&picture->findings, id, said)) != MU_OK)
        return err;
    return count_finding(card, said);
}

enum mu_err mu_fold_finding(struct mu_picture *picture, const struct mu_entry *entry,
                            const Muster__Event *event)
{
    const char *id = mu_fold_usual_name(picture, entry, event);
    struct mu_said *said;
    struct mu_card *card;
    enum mu_err err;

    if (id == NULL)
        return MU_E_NO_MEMORY;
    if ((err = mu_fold_say(picture, entry, event, id, &said)) != MU_OK)
        return err;
    if ((card = find_card(picture, said)) == NULL)
        return MU_E_NO_MEMORY;
    if ((err = take_finding(picture, card, said)) != MU_OK)
        return err;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_CARD, .id = card->key});
}

/* What one agency decided under one name; its latest word stands. Agencies are kept apart: a word by
 * somebody who may not decide must not hide that of him who may. */
struct decided {
    const char *name;
    const struct mu_said *said;
};

static const char *decision_key(struct mu_text *key, const char *name, const char *agency)
{
    mu_text_addf(key, "%s by %s", name, agency == NULL ? "" : agency);
    return key->at;
}

static enum mu_err put_decision(struct mu_picture *picture, const char *name,
                                const struct mu_said *said)
{
    char buffer[DECISION_KEY_BYTES];
    struct mu_text text = mu_text(buffer, sizeof buffer);
    const char *key = decision_key(&text, name, said->event->envelope->agency);
    struct decided *decided = mu_table_find(&picture->decisions, key);
    enum mu_err err = MU_OK;

    if (decided == NULL) {
        decided = mu_arena_take(&picture->arena, sizeof *decided);
        key = mu_fold_text(picture, key);
        name = mu_fold_text(picture, name);
        if (decided == NULL || key == NULL || name == NULL)
            return MU_E_NO_MEMORY;
        decided->name = name;
        err = mu_table_put(&picture->decisions, key, decided);
    }
    /* Its latest: a restored record may get them back in another order. */
    if (decided->said == NULL || mu_said_recorded_before(decided->said, said))
        decided->said = said;
    return err != MU_OK ? err
                        : mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_DECISION,
                                                                   .id = decided->name});
}

static const struct mu_said *find_decision(const struct mu_picture *picture, const char *name,
                                           const char *agency)
{
    char buffer[DECISION_KEY_BYTES];
    struct mu_text text = mu_text(buffer, sizeof buffer);
    const struct decided *decided =
        mu_table_find(&picture->decisions, decision_key(&text, name, agency));

    return decided == NULL ? NULL : decided->said;
}

static enum mu_err file_decision(struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Decision *decision = said->event->decision;
    char hex[2 * sizeof(struct mu_hash) + 1], buffer[KEY_BYTES];
    struct mu_text name = mu_text(buffer, sizeof buffer);
    enum mu_err err = MU_OK;

    if (decision->has_card_id && decision->card_id.len == sizeof(struct mu_hash)) {
        mu_hex(decision->card_id.data, decision->card_id.len, hex);
        err = put_decision(picture, hex, said);
    }
    if (err != MU_OK || !decision->has_rule)
        return err;
    rule_subject(&name, decision->rule, decision->subject);
    return put_decision(picture, buffer, said);
}

enum mu_err mu_fold_decision(struct mu_picture *picture, const struct mu_entry *entry,
                             const Muster__Event *event)
{
    const char *id = mu_fold_usual_name(picture, entry, event);
    struct mu_said *said;
    enum mu_err err;

    if (id == NULL)
        return MU_E_NO_MEMORY;
    if ((err = mu_fold_say(picture, entry, event, id, &said)) != MU_OK)
        return err;
    if ((err = file_decision(picture, said)) != MU_OK)
        return err;
    /* Also one on a plan, or with orders, that names no card. */
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_DECISION, .id = id});
}

/* ---- asking ---- */

const struct mu_card *mu_picture_card(const mu_picture *picture, const char *key)
{
    return mu_table_find(&picture->cards, key);
}

const struct mu_card *mu_picture_card_at(const mu_picture *picture, size_t index)
{
    return mu_table_at(&((mu_picture *)(uintptr_t)picture)->cards, index);
}

const struct mu_card *mu_picture_card_named(const mu_picture *picture, const char *name)
{
    for (size_t i = 0; i < picture->cards.count; i++) {
        const struct mu_card *card = picture->cards.rows[i].value;
        char buffer[KEY_BYTES];
        struct mu_text text = mu_text(buffer, sizeof buffer);

        if (card->finding == NULL)
            continue;
        rule_subject(&text, card->finding->rule, card->finding->subject);
        if (strcmp(buffer, name) == 0)
            return card;
    }
    return NULL;
}

const struct mu_said *mu_picture_decision(const mu_picture *picture, const struct mu_hash *card_id,
                                          const char *rule_subject_name, const char *agency)
{
    char hex[2 * sizeof card_id->b + 1];
    const struct mu_said *by_id, *by_name;

    mu_hex(card_id->b, sizeof card_id->b, hex);
    by_id = find_decision(picture, hex, agency);
    by_name = find_decision(picture, rule_subject_name, agency);
    if (by_id == NULL || by_name == NULL)
        return by_id == NULL ? by_name : by_id;
    return mu_said_recorded_before(by_name, by_id) ? by_id : by_name;
}
