/* Filling in what only the record knows: identities behind names.
 *
 * Every Ref of the event is found by descriptor, so a kind that gains one needs no line here.
 */
#include <stdio.h>
#include <string.h>

#include "proto/wire/field.h"
#include "proto/wire/say.h"

typedef enum mu_err (*ref_fn)(void *user, Muster__Ref *ref);

/* The schema nests eight deep; a message made by mu_event_assign cannot go deeper than it. */
static enum mu_err each_ref(ProtobufCMessage *message, ref_fn fn, void *user)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    enum mu_err err = MU_OK;

    if (type == &muster__ref__descriptor)
        return fn(user, (Muster__Ref *)message);
    for (unsigned f = 0; err == MU_OK && f < type->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &type->fields[f];

        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        size_t count = mu_field_count(message, field);
        for (size_t i = 0; err == MU_OK && i < count; i++)
            err = each_ref(mu_field_sub(message, field, i), fn, user);
    }
    return err;
}

struct resolving {
    const struct mu_say_resolver *resolver;
    const struct mu_assign *how;
};

static void blame_ref(const struct mu_assign *how, enum mu_err err, const char *object,
                      uint32_t version)
{
    if (how->fault == NULL)
        return;
    struct mu_text path = mu_text(how->fault->path, sizeof how->fault->path);

    how->fault->code = err;
    mu_text_add(&path, object);
    if (version != 0)
        mu_text_addf(&path, "@v%u", (unsigned)version);
}

static enum mu_err keep_hash(mu_arena *arena, const struct mu_hash *hash, ProtobufCBinaryData *out)
{
    out->data = mu_arena_copy(arena, hash->b, sizeof hash->b);
    out->len = sizeof hash->b;
    return out->data == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static enum mu_err resolve_ref(void *user, Muster__Ref *ref)
{
    const struct resolving *r = user;
    uint32_t version = ref->has_version ? ref->version : 0;
    struct mu_hash leaf;
    enum mu_err err;

    if (ref->has_leaf)
        return MU_OK;
    if (ref->object == NULL || ref->object[0] == '\0') {
        blame_ref(r->how, MU_E_BAD_REF, "", 0);
        return MU_E_BAD_REF;
    }
    err = r->resolver->ref(r->resolver->user, 0, ref->object, &version, &leaf);
    if (err != MU_OK) {
        blame_ref(r->how, err, ref->object, ref->has_version ? ref->version : 0);
        return err;
    }
    ref->has_version = 1;
    ref->version = version;
    ref->has_leaf = 1;
    return keep_hash(r->how->arena, &leaf, &ref->leaf);
}

static void blame_card(const struct mu_assign *how, enum mu_err err, const struct mu_saying *said)
{
    char name[MU_PATH_BYTES_MAX];

    snprintf(name, sizeof name, "%s:%s", mu_say_rule_name(said->card_rule), said->card_subject);
    blame_ref(how, err, name, 0);
}

static enum mu_err resolve_card(struct mu_saying *said, const struct mu_say_resolver *resolver,
                                const struct mu_assign *how)
{
    struct mu_hash card, finding;
    enum mu_err err = resolver->card == NULL ? MU_E_ABSENT
                                             : resolver->card(resolver->user, said->card_rule,
                                                              said->card_subject, &card, &finding);

    if (err != MU_OK) {
        blame_card(how, err, said);
        return err;
    }
    if (said->kind == MUSTER__EVENT__BODY_ACKNOWLEDGEMENT) {
        said->event->acknowledgement->has_card_id = 1;
        return keep_hash(how->arena, &card, &said->event->acknowledgement->card_id);
    }
    said->event->decision->has_card_id = 1;
    err = keep_hash(how->arena, &card, &said->event->decision->card_id);
    if (err != MU_OK || mu_hash_is_none(&finding))
        return err;
    said->event->decision->has_finding_id = 1;
    return keep_hash(how->arena, &finding, &said->event->decision->finding_id);
}

/* Progress, affirmation and withdrawal speak of the version there is; anything else makes the next. */
static enum mu_err number_version(struct mu_saying *said, const struct mu_say_resolver *resolver)
{
    Muster__Envelope *envelope = said->event->envelope;
    uint32_t version = 0;
    struct mu_hash leaf;

    if (envelope == NULL || envelope->object == NULL || envelope->has_version)
        return MU_OK;
    enum mu_err err = resolver->ref(resolver->user, said->kind, envelope->object, &version, &leaf);
    if (err != MU_OK && err != MU_E_ABSENT)
        return err;
    bool makes_new = !envelope->has_change ||
                     envelope->change == MUSTER__CHANGE__CHANGE_NEW_VERSION || version == 0;
    envelope->has_version = 1;
    envelope->version = err == MU_E_ABSENT ? 1 : version + (makes_new ? 1 : 0);
    return MU_OK;
}

enum mu_err mu_say_resolve(struct mu_saying *said, const struct mu_say_resolver *resolver,
                           const struct mu_assign *how)
{
    struct resolving resolving = {resolver, how};
    enum mu_err err = each_ref(&said->event->base, resolve_ref, &resolving);

    if (err == MU_OK && said->names_card)
        err = resolve_card(said, resolver, how);
    if (err == MU_OK)
        err = number_version(said, resolver);
    return err;
}

static enum mu_err is_open(void *user, Muster__Ref *ref)
{
    *(bool *)user |= !ref->has_leaf;
    return MU_OK;
}

bool mu_say_asks(const struct mu_saying *said)
{
    bool asks = said->names_card;

    (void)each_ref(&said->event->base, is_open, &asks);
    return asks;
}
