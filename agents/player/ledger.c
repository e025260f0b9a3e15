#include "agents/player/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/limits.h"

struct statement {
    uint32_t kind;
    char object[MU_NAME_BYTES_MAX + 1];
    uint32_t version;
    struct mu_hash leaf;
};

#define SUBJECTS_MAX 32u

struct card {
    struct mu_hash card_id, finding_id;
    uint32_t rule;
    bool open;
    /* The subject first, then every cause and party people may name it by. */
    char subjects[SUBJECTS_MAX][MU_NAME_BYTES_MAX + 1];
    size_t subject_count;
};

struct mu_ledger {
    struct statement *statements; /* in number order */
    size_t statement_count, statement_room;
    struct card *cards; /* in the order of raising */
    size_t card_count, card_room;
};

enum mu_err mu_ledger_new(mu_ledger **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? MU_E_NO_MEMORY : MU_OK;
}

void mu_ledger_free(mu_ledger **ledger)
{
    if (*ledger != NULL) {
        free((*ledger)->statements);
        free((*ledger)->cards);
    }
    free(*ledger);
    *ledger = NULL;
}

/* Room for one more item of `size` at the end of *items. */
static enum mu_err grow(void **items, size_t count, size_t *room, size_t size)
{
    size_t wanted = *room == 0 ? 64 : 2 * *room;
    void *grown;

    if (count < *room)
        return MU_OK;
    if ((grown = realloc(*items, wanted * size)) == NULL)
        return MU_E_NO_MEMORY;
    *items = grown;
    *room = wanted;
    return MU_OK;
}

/* Names longer than the schema allows do not get into a record. */
static void keep_name(char out[MU_NAME_BYTES_MAX + 1], const char *name)
{
    size_t length = strnlen(name, MU_NAME_BYTES_MAX);

    memcpy(out, name, length);
    out[length] = '\0';
}

/* ---- statements ------------------------------------------------------------------------------------ */

/* Progress and affirmation speak of a version, they do not make it. */
static bool makes_version(const Muster__Envelope *envelope)
{
    return envelope != NULL && envelope->object != NULL && envelope->has_version &&
           (!envelope->has_change || envelope->change == MUSTER__CHANGE__CHANGE_NEW_VERSION);
}

static enum mu_err take_statement(mu_ledger *ledger, const struct mu_entry *entry)
{
    const Muster__Envelope *envelope = entry->event->envelope;
    void *items = ledger->statements;
    enum mu_err err =
        grow(&items, ledger->statement_count, &ledger->statement_room, sizeof *ledger->statements);

    ledger->statements = items;
    if (err != MU_OK)
        return err;
    struct statement *statement = &ledger->statements[ledger->statement_count++];
    statement->kind = mu_kind_of(entry->event);
    statement->version = envelope->version;
    statement->leaf = entry->leaf;
    keep_name(statement->object, envelope->object);
    return MU_OK;
}

/* A place and what is said of it share a name (hospital H1, its beds): what is said of it is meant. */
static bool names_place(const struct statement *statement)
{
    return statement->kind == MUSTER__EVENT__BODY_REFERENCE_OBJECT;
}

static bool is_better(const struct statement *candidate, const struct statement *best)
{
    if (best == NULL)
        return true;
    if (names_place(candidate) != names_place(best))
        return names_place(best);
    return candidate->version >= best->version;
}

static enum mu_err find_statement(void *user, uint32_t kind, const char *object, uint32_t *version,
                                  struct mu_hash *leaf)
{
    const mu_ledger *ledger = user;
    const struct statement *best = NULL;

    for (size_t i = 0; i < ledger->statement_count; i++) {
        const struct statement *statement = &ledger->statements[i];

        if ((kind == 0 || statement->kind == kind) && strcmp(statement->object, object) == 0 &&
            (*version == 0 || statement->version == *version) && is_better(statement, best))
            best = statement;
    }
    if (best == NULL)
        return MU_E_ABSENT;
    *version = best->version;
    *leaf = best->leaf;
    return MU_OK;
}

/* ---- cards -------------------------------------------------------------------------------------------- */

static struct mu_hash hash_of(const ProtobufCBinaryData *bytes)
{
    struct mu_hash hash = {{0}};

    if (bytes->len == sizeof hash.b)
        memcpy(hash.b, bytes->data, sizeof hash.b);
    return hash;
}

static enum mu_err find_or_add_card(mu_ledger *ledger, const struct mu_hash *id, struct card **out)
{
    void *items = ledger->cards;
    enum mu_err err;

    for (size_t i = 0; i < ledger->card_count; i++)
        if (mu_hash_equal(&ledger->cards[i].card_id, id)) {
            *out = &ledger->cards[i];
            return MU_OK;
        }
    err = grow(&items, ledger->card_count, &ledger->card_room, sizeof *ledger->cards);
    ledger->cards = items;
    if (err != MU_OK)
        return err;
    *out = &ledger->cards[ledger->card_count++];
    **out = (struct card){.card_id = *id};
    return MU_OK;
}

static void add_subject(struct card *card, const char *object)
{
    if (object != NULL && card->subject_count < SUBJECTS_MAX)
        keep_name(card->subjects[card->subject_count++], object);
}

static enum mu_err take_finding(mu_ledger *ledger, const Muster__Finding *finding)
{
    struct mu_hash id = hash_of(&finding->card_id);
    struct card *card = NULL;
    enum mu_err err;

    if (!finding->has_card_id || mu_hash_is_none(&id))
        return MU_OK;
    if ((err = find_or_add_card(ledger, &id, &card)) != MU_OK)
        return err;
    card->finding_id = hash_of(&finding->finding_id);
    card->rule = (uint32_t)finding->rule;
    card->open = finding->state != MUSTER__FINDING_STATE__FINDING_STATE_CLOSED;
    card->subject_count = 0;
    add_subject(card, finding->subject);
    for (size_t i = 0; i < finding->n_causes; i++)
        add_subject(card, finding->causes[i]->object);
    for (size_t i = 0; i < finding->n_parties; i++)
        if (finding->parties[i]->ref != NULL)
            add_subject(card, finding->parties[i]->ref->object);
    return MU_OK;
}

/* Nearness of the name: 0 none, 1 a cause, 2 the subject itself. */
static int names_card(const struct card *card, const char *subject)
{
    int nearness = 0;

    for (size_t i = 0; i < card->subject_count; i++)
        if (strcmp(card->subjects[i], subject) == 0)
            nearness = i == 0 ? 2 : (nearness == 0 ? 1 : nearness);
    return nearness;
}

static enum mu_err find_card(void *user, uint32_t rule, const char *subject,
                             struct mu_hash *card_id, struct mu_hash *finding_id)
{
    const mu_ledger *ledger = user;
    const struct card *best = NULL;
    int best_nearness = 0;

    for (size_t i = 0; i < ledger->card_count; i++) {
        const struct card *card = &ledger->cards[i];
        int nearness = card->open && card->rule == rule ? names_card(card, subject) : 0;

        if (nearness > 0 && nearness >= best_nearness) {
            best = card;
            best_nearness = nearness;
        }
    }
    if (best == NULL)
        return MU_E_ABSENT;
    *card_id = best->card_id;
    *finding_id = best->finding_id;
    return MU_OK;
}

/* ---- both ----------------------------------------------------------------------------------------------- */

enum mu_err mu_ledger_take(mu_ledger *ledger, const struct mu_entry *entry)
{
    if (entry->event == NULL || entry->code != 0)
        return MU_OK;
    if (entry->event->body_case == MUSTER__EVENT__BODY_FINDING)
        return take_finding(ledger, entry->event->finding);
    return makes_version(entry->event->envelope) ? take_statement(ledger, entry) : MU_OK;
}

struct mu_say_resolver mu_ledger_resolver(mu_ledger *ledger)
{
    return (struct mu_say_resolver){find_statement, find_card, ledger};
}
