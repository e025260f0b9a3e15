/* muster agency sponsor: what a compromised key of one's own agency sent after it was reported is looked
 * through, and said again by a key that stands.
 *
 * The events go out word for word, under this machine's seal, together with one Sponsor entry that names
 * what they were. Without --all or --number it only lists.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/voice.h"
#include "proto/sign/seal.h"

#define EVENTS_MAX 256u
#define ARENA_BYTES_MAX ((size_t)64 << 20)

enum { KEY_ALL = 256, KEY_NUMBER };

const struct mu_cli_option mu_cli_agency_sponsor_options[] = {
    {"all", KEY_ALL, NULL, MU_W_OPT_SPONSOR_ALL},
    {"number", KEY_NUMBER, "N", MU_W_OPT_SPONSOR_NUMBER},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* One event that was kept apart. */
struct kept_apart {
    uint64_t number; /* of its refusal */
    struct mu_agent_id agent;
    uint64_t instance, sequence;
    uint8_t lane;
    struct mu_hash leaf;
    struct mu_bytes body;
};

struct sponsoring {
    struct mu_voice voice;
    const char *agency;
    mu_arena arena;
    struct kept_apart event[EVENTS_MAX];
    size_t count, left_out;
    bool vouched[EVENTS_MAX]; /* somebody has */
    struct mu_item *items;
    bool all;
    uint64_t number;
};

/* ---- reading --------------------------------------------------------------------------------------- */

static enum mu_err add_event(struct sponsoring *s, const Muster__Quarantine *q,
                             const struct mu_batch *batch, uint32_t i)
{
    struct kept_apart *e = &s->event[s->count];
    const struct mu_item *item = &batch->items[i];
    uint8_t *body;

    if (s->count == EVENTS_MAX) {
        s->left_out++;
        return MU_OK;
    }
    if ((body = mu_arena_copy(&s->arena, item->body.data, item->body.size)) == NULL)
        return MU_E_NO_MEMORY;
    *e = (struct kept_apart){.number = q->first_number + i,
                             .agent = batch->seal.agent,
                             .instance = batch->seal.instance,
                             .sequence = batch->seal.first_sequence + i,
                             .lane = batch->seal.lane,
                             .leaf = item->leaf,
                             .body = {body, item->body.size}};
    s->count++;
    return MU_OK;
}

static enum mu_err take_quarantine(struct sponsoring *s, const Muster__Quarantine *q)
{
    struct mu_batch batch;
    enum mu_err err = MU_OK;

    if (q->agency == NULL || strcmp(q->agency, s->agency) != 0 || !q->has_batch ||
        mu_batch_read((struct mu_bytes){q->batch.data, q->batch.len}, s->items, &batch) != MU_OK)
        return MU_OK;
    mu_batch_leaves(&batch);
    for (uint32_t i = 0; err == MU_OK && i < batch.seal.count; i++)
        err = add_event(s, q, &batch, i);
    return err;
}

static void take_sponsor(struct sponsoring *s, const Muster__Sponsor *sponsor)
{
    for (size_t i = 0; i < s->count; i++)
        for (size_t k = 0; k < sponsor->n_entries; k++)
            if (sponsor->entries[k]->has_leaf && sponsor->entries[k]->leaf.len == 32 &&
                memcmp(sponsor->entries[k]->leaf.data, s->event[i].leaf.b, 32) == 0)
                s->vouched[i] = true;
}

static enum mu_err take(void *user, const struct mu_entry *entry)
{
    struct sponsoring *s = user;

    if (entry->code != 0 || entry->event == NULL)
        return MU_OK;
    if (entry->event->body_case == MUSTER__EVENT__BODY_QUARANTINE)
        return take_quarantine(s, entry->event->quarantine);
    if (entry->event->body_case == MUSTER__EVENT__BODY_SPONSOR)
        take_sponsor(s, entry->event->sponsor);
    return MU_OK;
}

/* ---- listing --------------------------------------------------------------------------------------- */

static void list(struct sponsoring *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct mu_style style = mu_output_style(s->voice.cli, s->voice.county.offset_min, NULL);
        mu_arena arena = mu_event_arena(s->event[i].body.size);
        struct mu_entry entry = {.number = s->event[i].number,
                                 .agent = s->event[i].agent,
                                 .lane = s->event[i].lane,
                                 .leaf = s->event[i].leaf,
                                 .body = s->event[i].body,
                                 .path = ""};

        if (!s->vouched[i] && mu_event_unpack(entry.body, &arena, &entry.event, NULL) == MU_OK) {
            if (entry.event->envelope != NULL && entry.event->envelope->has_occurred_at_ms)
                entry.accepted_at_ms = entry.event->envelope->occurred_at_ms;
            if (s->voice.cli->form == MU_FORM_HUMAN)
                printf("%" PRIu64 "  ", s->event[i].number);
            mu_output_entry(s->voice.cli, &style, &entry);
        }
        mu_arena_free(&arena);
    }
}

/* ---- saying again ---------------------------------------------------------------------------------- */

static bool is_chosen(const struct sponsoring *s, size_t i)
{
    return !s->vouched[i] && (s->all || s->event[i].number == s->number);
}

static Muster__Ref *ref_to(mu_arena *arena, struct kept_apart *e)
{
    Muster__Ref *ref = mu_arena_take(arena, sizeof *ref);

    if (ref == NULL)
        return NULL;
    muster__ref__init(ref);
    ref->has_leaf = 1;
    ref->leaf = (ProtobufCBinaryData){.len = sizeof e->leaf.b, .data = e->leaf.b};
    return ref;
}

/* One Sponsor for the events of one agent, instance and lane that were chosen. */
static enum mu_err fill_sponsor(struct sponsoring *s, size_t first, Muster__Sponsor *out)
{
    struct kept_apart *e = &s->event[first];

    muster__sponsor__init(out);
    out->has_agent = out->has_instance = out->has_lane = 1;
    out->has_first_sequence = out->has_last_sequence = 1;
    out->agent = (ProtobufCBinaryData){.len = sizeof e->agent.b, .data = e->agent.b};
    out->instance = e->instance;
    out->lane = e->lane;
    out->first_sequence = out->last_sequence = e->sequence;
    out->entries = mu_arena_take(&s->arena, sizeof *out->entries);
    if (out->entries == NULL || (out->entries[0] = ref_to(&s->arena, e)) == NULL)
        return MU_E_NO_MEMORY;
    out->n_entries = 1;
    return MU_OK;
}

static int vouch(struct sponsoring *s, size_t i)
{
    struct mu_saying saying;
    Muster__Sponsor sponsor;
    enum mu_err err = fill_sponsor(s, i, &sponsor);
    int code;

    if (err == MU_OK)
        err = mu_say_begin(MUSTER__EVENT__BODY_SPONSOR, NULL, &s->voice.how, &saying);
    if (err != MU_OK)
        return mu_cli_error(s->voice.cli, err, NULL);
    saying.event->sponsor = &sponsor;
    if ((code = mu_voice_say(&s->voice, &saying, true)) != MU_EXIT_DONE)
        return code;
    err = mu_agent_say(s->voice.talk.agent, &s->event[i].body, 1, &s->voice.talk.kept,
                       &s->voice.fault);
    s->voice.talk.answered = false;
    if (err == MU_OK)
        err = mu_talk_settle(&s->voice.talk, s->voice.cli->timeout_ms);
    if (err != MU_OK)
        return mu_talk_explain(&s->voice.talk, err);
    if (s->voice.talk.answer.code != MU_OK)
        return mu_cli_error(s->voice.cli, s->voice.talk.answer.code, s->voice.talk.answer_path);
    char was[32], is[32];
    snprintf(was, sizeof was, "%" PRIu64, s->event[i].number);
    snprintf(is, sizeof is, "%" PRIu64, s->voice.talk.answer.number);
    mu_output_line(s->voice.cli, MU_W_SPONSORED, was, is, NULL);
    return MU_EXIT_DONE;
}

static bool is_among(const struct sponsoring *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (is_chosen(s, i))
            return true;
    return false;
}

static int sponsor(struct sponsoring *s)
{
    char count[32];
    size_t waiting = 0;
    int code = MU_EXIT_DONE;
    enum mu_err err;

    if (!s->voice.reached)
        return mu_talk_explain(&s->voice.talk, s->voice.why);
    s->agency = mu_agent_agency(s->voice.talk.agent);
    s->voice.talk.on_entry = take;
    s->voice.talk.user = s;
    err = mu_talk_read(&s->voice.talk, "type=quarantine,sponsor", 1);
    s->voice.talk.on_entry = NULL;
    if (err != MU_OK)
        return mu_talk_explain(&s->voice.talk, err);
    for (size_t i = 0; i < s->count; i++)
        waiting += !s->vouched[i];
    if (!s->all && s->number == 0) {
        list(s);
        snprintf(count, sizeof count, "%zu", waiting + s->left_out);
        mu_cli_tell(s->voice.cli, waiting == 0 ? MU_W_SPONSOR_NONE : MU_W_SPONSOR_LIST, count,
                    NULL);
        return MU_EXIT_DONE;
    }
    if (!s->all && !is_among(s)) {
        snprintf(count, sizeof count, "%" PRIu64, s->number);
        return mu_cli_fail(s->voice.cli, MU_EXIT_ABSENT, MU_W_SPONSOR_NOT_KEPT, count, NULL);
    }
    for (size_t i = 0; code == MU_EXIT_DONE && i < s->count; i++)
        if (is_chosen(s, i))
            code = vouch(s, i);
    return code;
}

int mu_cli_agency_sponsor(struct mu_cli *cli, int argc, char **argv)
{
    struct sponsoring *s = calloc(1, sizeof *s);
    const char *value;
    int key, code = MU_EXIT_USAGE;

    if (s == NULL || (s->items = calloc(MU_BATCH_EVENTS_MAX, sizeof *s->items)) == NULL) {
        free(s);
        return mu_cli_error(cli, MU_E_NO_MEMORY, NULL);
    }
    s->arena = mu_arena_make(ARENA_BYTES_MAX);
    while ((key = mu_cli_option(cli, argc, argv, mu_cli_agency_sponsor_options, &value)) != -1) {
        if (key == '?' || key == '!')
            goto out;
        if (key == KEY_ALL)
            s->all = true;
        else if ((s->number = strtoull(value, NULL, 10)) == 0) {
            (void)mu_cli_wrong_value(cli, "--number", value);
            goto out;
        }
    }
    if ((code = mu_voice_open(&s->voice, cli, true)) == MU_EXIT_DONE)
        code = sponsor(s);
    mu_voice_close(&s->voice);
out:
    if (key == '!')
        code = MU_EXIT_DONE;
    mu_arena_free(&s->arena);
    free(s->items);
    free(s);
    return code;
}
