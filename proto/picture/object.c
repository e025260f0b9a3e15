/* Statements and the two orders they are kept in. */
#include "proto/picture/fold.h"

#include <string.h>

/* A leaf in hex or an object and its version, and an agency. */
#define STRIKE_BYTES (3 * MU_NAME_BYTES_MAX)

bool mu_same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

const char *mu_fold_text(struct mu_picture *picture, const char *text)
{
    return mu_arena_copy(&picture->arena, text, strlen(text));
}

const char *mu_fold_hex(struct mu_picture *picture, const uint8_t *bytes, size_t size)
{
    char *out = mu_arena_take(&picture->arena, 2 * size + 1);

    if (out != NULL)
        mu_hex(bytes, size, out);
    return out;
}

/* ---- when a statement speaks of ---- */

static int64_t counted_at_ms(const Muster__Event *event)
{
    switch (event->body_case) {
    case MUSTER__EVENT__BODY_EVACUATION:
        return event->evacuation->has_counted_at_ms ? event->evacuation->counted_at_ms : 0;
    case MUSTER__EVENT__BODY_SHELTER:
        return event->shelter->has_counted_at_ms ? event->shelter->counted_at_ms : 0;
    case MUSTER__EVENT__BODY_CASUALTY:
        return event->casualty->has_counted_at_ms ? event->casualty->counted_at_ms : 0;
    case MUSTER__EVENT__BODY_HOSPITAL:
        return event->hospital->has_counted_at_ms ? event->hospital->counted_at_ms : 0;
    case MUSTER__EVENT__BODY_STOCK:
        return event->stock->has_counted_at_ms ? event->stock->counted_at_ms : 0;
    default:
        return 0;
    }
}

/* Never later than accepted: a clock that runs ahead must not silence what others say after it. */
static int64_t as_of_ms(const Muster__Event *event, int64_t accepted_at_ms)
{
    const Muster__Envelope *envelope = event->envelope;
    int64_t at = counted_at_ms(event);

    if (at == 0 && envelope->has_observed_at_ms)
        at = envelope->observed_at_ms;
    if (at == 0 && envelope->has_occurred_at_ms)
        at = envelope->occurred_at_ms;
    return at == 0 || at > accepted_at_ms ? accepted_at_ms : at;
}

/* ---- the two orders ---- */

/* Where nobody counts versions (a head count, a stock taking), the newest word stands. */
static bool stands_above(const struct mu_said *a, const struct mu_said *b)
{
    if (a->version != b->version)
        return a->version > b->version;
    if (a->version == 0 && a->as_of_ms != b->as_of_ms)
        return a->as_of_ms > b->as_of_ms;
    return mu_said_recorded_before(b, a);
}

static bool newer(const struct mu_said *a, const struct mu_said *b)
{
    return a->as_of_ms != b->as_of_ms ? a->as_of_ms > b->as_of_ms : mu_said_recorded_before(b, a);
}

static void put_in_order(struct mu_object *object, struct mu_said *said)
{
    struct mu_said **at;

    for (at = &object->news; *at != NULL && newer(*at, said);)
        at = &(*at)->older;
    said->older = *at;
    *at = said;
    if (!said->is_version)
        return;
    for (at = &object->versions; *at != NULL && stands_above(*at, said);)
        at = &(*at)->lower;
    said->lower = *at;
    *at = said;
}

/* ---- taken back by name ---- */

static bool has_leaf(const Muster__Ref *ref)
{
    return ref->has_leaf && ref->leaf.len == sizeof(struct mu_hash);
}

/* PROTOCOL, "Corrections": only the agency that said it may take it back, so its name is part of
 * what is remembered. */
static void strike_name(struct mu_text *out, const char *what, uint32_t version, bool by_version,
                        const char *agency)
{
    if (by_version)
        mu_text_addf(out, "%s@%u|%s", what, version, agency == NULL ? "" : agency);
    else
        mu_text_addf(out, "%s|%s", what, agency == NULL ? "" : agency);
}

static bool is_struck(const struct mu_picture *picture, const struct mu_said *said,
                      const char *leaf)
{
    const char *agency = said->event->envelope->agency;
    char by_leaf[STRIKE_BYTES], by_version[STRIKE_BYTES];
    struct mu_text name = mu_text(by_leaf, sizeof by_leaf);

    strike_name(&name, leaf, 0, false, agency);
    name = mu_text(by_version, sizeof by_version);
    strike_name(&name, said->object->id, said->version, true, agency);
    return mu_table_find(&picture->strikes, by_leaf) != NULL ||
           mu_table_find(&picture->strikes, by_version) != NULL;
}

/* A new version stands above the one it supersedes anyway, and what it replaced must stay readable:
 * those who cited it are asked whether the change touches them. */
static bool replaces_by_version(const struct mu_said *said, const Muster__Ref *ref,
                                const struct mu_said *target)
{
    const char *object = target != NULL ? target->object->id : ref->object;
    uint32_t version = target != NULL ? target->version : ref->version;

    return mu_same(object, said->object->id) && said->version > 0 && version <= said->version;
}

static enum mu_err remember_strike(struct mu_picture *picture, const struct mu_said *said,
                                   const Muster__Ref *ref)
{
    char text[STRIKE_BYTES], leaf[2 * sizeof(struct mu_hash) + 1];
    struct mu_text name = mu_text(text, sizeof text);
    const char *agency = said->event->envelope->agency;
    const char *kept;

    if (has_leaf(ref)) {
        mu_hex(ref->leaf.data, ref->leaf.len, leaf);
        strike_name(&name, leaf, 0, false, agency);
    } else if (ref->object != NULL) {
        strike_name(&name, ref->object, ref->version, true, agency);
    } else {
        return MU_OK;
    }
    if (mu_table_find(&picture->strikes, text) != NULL)
        return MU_OK;
    kept = mu_fold_text(picture, text);
    return kept == NULL ? MU_E_NO_MEMORY
                        : mu_table_put(&picture->strikes, kept, (void *)(uintptr_t)said);
}

static enum mu_err strike(struct mu_picture *picture, const struct mu_said *said,
                          const Muster__Ref *ref, bool supersedes)
{
    struct mu_said *target = (struct mu_said *)(uintptr_t)mu_picture_said(picture, ref);
    enum mu_err err;

    if (target == said || (supersedes && replaces_by_version(said, ref, target)))
        return MU_OK;
    if ((err = remember_strike(picture, said, ref)) != MU_OK)
        return err;
    if (target == NULL || !mu_same(said->event->envelope->agency, target->event->envelope->agency))
        return MU_OK;
    target->struck = true;
    return mu_fold_after(picture, (struct mu_object *)(uintptr_t)target->object, target);
}

static enum mu_err strike_all(struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < envelope->n_supersedes && err == MU_OK; i++)
        err = strike(picture, said, envelope->supersedes[i], true);
    for (size_t i = 0; i < envelope->n_cancels && err == MU_OK; i++)
        err = strike(picture, said, envelope->cancels[i], false);
    return err;
}

static void withdraw(struct mu_object *object, const struct mu_said *said)
{
    if (object->withdrawn && (object->withdrawn_version > said->version ||
                              (object->withdrawn_version == said->version &&
                               mu_said_recorded_before(said, object->withdrawn_by))))
        return;
    object->withdrawn = true;
    object->withdrawn_version = said->version;
    object->withdrawn_number = said->number;
    object->withdrawn_by = said;
}

/* ---- saying ---- */

static enum mu_err find_object(struct mu_picture *picture, uint32_t kind, const char *id,
                               uint64_t number, struct mu_object **out)
{
    struct mu_object *object = mu_table_find(&picture->kinds[kind], id);

    *out = object;
    if (object != NULL)
        return MU_OK;
    object = mu_arena_take(&picture->arena, sizeof *object);
    if (object == NULL)
        return MU_E_NO_MEMORY;
    *object = (struct mu_object){.kind = kind, .id = id, .first_number = number};
    *out = object;
    return mu_table_put(&picture->kinds[kind], id, object);
}

/* Answers to one request are one thing whatever each is called, so their own versions say nothing
 * about which stands: the newest does. */
static uint32_t version_of(const Muster__Event *event)
{
    if (event->body_case == MUSTER__EVENT__BODY_SUPPLY_RESPONSE || !event->envelope->has_version)
        return 0;
    return event->envelope->version;
}

/* A statement given back to a restored record knows where it stood, and was accepted when it first was: an order
 * does not begin anew, and an answer does not come before its question. */
static void set_place_before(const struct mu_returned *returned, struct mu_said *said)
{
    if (said->number < returned->number || said->number - returned->number >= returned->count)
        return;
    said->was_epoch = returned->epoch;
    said->was_number = returned->was + (said->number - returned->number);
    said->accepted_at_ms = returned->accepted_at_ms;
    said->as_of_ms = as_of_ms(said->event, returned->accepted_at_ms);
}

static struct mu_said *make_said(struct mu_picture *picture, const struct mu_entry *entry,
                                 const Muster__Event *event, const struct mu_object *object)
{
    const Muster__Envelope *envelope = event->envelope;
    struct mu_said *said = mu_arena_take(&picture->arena, sizeof *said);
    Muster__Change change =
        envelope->has_change ? envelope->change : MUSTER__CHANGE__CHANGE_NEW_VERSION;

    if (said == NULL)
        return NULL;
    *said = (struct mu_said){
        .event = event,
        .object = object,
        .leaf = entry->leaf,
        .agent = entry->agent,
        .number = entry->number,
        .epoch = entry->epoch,
        .lane = entry->lane,
        .accepted_at_ms = entry->accepted_at_ms,
        .as_of_ms = as_of_ms(event, entry->accepted_at_ms),
        .version = version_of(event),
        .is_version = change == MUSTER__CHANGE__CHANGE_NEW_VERSION,
    };
    set_place_before(&picture->returned, said);
    return said;
}

enum mu_err mu_fold_say(struct mu_picture *picture, const struct mu_entry *entry,
                        const Muster__Event *event, const char *id, struct mu_said **out)
{
    const Muster__Envelope *envelope = event->envelope;
    const char *leaf = mu_fold_hex(picture, entry->leaf.b, sizeof entry->leaf.b);
    struct mu_object *object;
    struct mu_said *said;
    enum mu_err err;

    if (leaf == NULL)
        return MU_E_NO_MEMORY;
    if ((err = find_object(picture, event->body_case, id, entry->number, &object)) != MU_OK)
        return err;
    if ((said = make_said(picture, entry, event, object)) == NULL)
        return MU_E_NO_MEMORY;
    said->struck = is_struck(picture, said, leaf);
    if (mu_table_find(&picture->leaves, leaf) == NULL &&
        (err = mu_table_put(&picture->leaves, leaf, said)) != MU_OK)
        return err;
    if (envelope->has_change && envelope->change == MUSTER__CHANGE__CHANGE_WITHDRAWAL)
        withdraw(object, said);
    put_in_order(object, said);
    *out = said;
    picture->last = said;
    return strike_all(picture, said);
}

/* ---- asking ---- */

bool mu_said_before(const struct mu_said *said, uint32_t epoch, uint64_t through)
{
    if (said->was_number != 0 && said->was_epoch == epoch)
        return said->was_number <= through;
    return said->epoch <= epoch && said->number <= through;
}

bool mu_said_recorded_before(const struct mu_said *a, const struct mu_said *b)
{
    uint32_t epoch_a = a->was_number != 0 ? a->was_epoch : a->epoch;
    uint32_t epoch_b = b->was_number != 0 ? b->was_epoch : b->epoch;

    if (epoch_a != epoch_b)
        return epoch_a < epoch_b;
    return (a->was_number != 0 ? a->was_number : a->number) <
           (b->was_number != 0 ? b->was_number : b->number);
}

static const struct mu_said *first_standing(const struct mu_said *said)
{
    while (said != NULL && said->struck)
        said = said->lower;
    return said;
}

/* Withdrawn is withdrawn also when the version meant arrives later. */
static bool is_withdrawn(const struct mu_object *object, const struct mu_said *head)
{
    if (!object->withdrawn || object->withdrawn_version != head->version)
        return object->withdrawn && object->withdrawn_version > head->version;
    return head->version > 0 || mu_said_recorded_before(head, object->withdrawn_by);
}

const struct mu_said *mu_object_head(const struct mu_object *object)
{
    const struct mu_said *head;

    if (object == NULL)
        return NULL;
    head = first_standing(object->versions);
    return head == NULL || is_withdrawn(object, head) ? NULL : head;
}

const struct mu_said *mu_object_version(const struct mu_object *object, uint32_t version)
{
    const struct mu_said *said = object == NULL ? NULL : first_standing(object->versions);

    while (said != NULL && said->version > version)
        said = first_standing(said->lower);
    return said != NULL && said->version == version ? said : NULL;
}

const struct mu_said *mu_object_news(const struct mu_object *object,
                                     bool (*has)(const Muster__Event *event))
{
    const struct mu_said *said = object->news;

    while (said != NULL && (said->struck || !has(said->event)))
        said = said->older;
    return said;
}

const struct mu_object *mu_picture_object(const mu_picture *picture, uint32_t kind, const char *id)
{
    return kind < MU_KINDS ? mu_table_find(&picture->kinds[kind], id) : NULL;
}

const struct mu_object *mu_picture_at(const mu_picture *picture, uint32_t kind, size_t index)
{
    /* Walking sorts the table; what stands in it stays the same. */
    return kind < MU_KINDS ? mu_table_at(&((mu_picture *)(uintptr_t)picture)->kinds[kind], index)
                           : NULL;
}

const struct mu_object *mu_picture_named(const mu_picture *picture, const char *id)
{
    const struct mu_object *object = NULL;

    for (uint32_t kind = 0; kind < MU_KINDS && object == NULL; kind++)
        object = mu_table_find(&picture->kinds[kind], id);
    return object;
}

const struct mu_said *mu_picture_said(const mu_picture *picture, const Muster__Ref *ref)
{
    char leaf[2 * sizeof(struct mu_hash) + 1];

    if (has_leaf(ref)) {
        mu_hex(ref->leaf.data, ref->leaf.len, leaf);
        return mu_table_find(&picture->leaves, leaf);
    }
    if (ref->object == NULL)
        return NULL;
    return mu_object_version(mu_picture_named(picture, ref->object), ref->version);
}
