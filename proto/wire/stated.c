#include "proto/wire/stated.h"

#include <string.h>

/* ---- matching: on the way to a refusal only ---- */

/* Whether the two name the same field; an index left out in `listed` stands for any. */
static bool same_path(const char *listed, const char *path)
{
    while (*path != '\0') {
        if (*path == '[' && *listed != '[') {
            path += strcspn(path, "]");
            path += *path == ']';
            continue;
        }
        if (*listed++ != *path++)
            return false;
    }
    return *listed == '\0';
}

bool mu_stated_not(const Muster__Envelope *envelope, const struct mu_step *at, const char *name)
{
    char path[MU_PATH_BYTES_MAX];
    struct mu_text text = mu_text(path, sizeof path);

    if (envelope == NULL || envelope->n_not_stated == 0)
        return false;
    mu_path_write(at, name, &text);
    if (text.cut)
        return false;
    for (size_t i = 0; i < envelope->n_not_stated; i++)
        if (same_path(envelope->not_stated[i], path))
            return true;
    return false;
}

/* ---- holding the list against the event ---- */

/* A place on the way down a listed path. `m` is NULL where the event has nothing there. */
struct place {
    const mu_message *type;
    const ProtobufCMessage *m;
};

/* Read "[12]" at *at, if there; MU_NO_INDEX when not. */
static bool take_index(const char **at, size_t *index)
{
    size_t value = 0, digits = 0;

    *index = MU_NO_INDEX;
    if (**at != '[')
        return true;
    for (const char *p = *at + 1; *p >= '0' && *p <= '9' && digits < 5; p++, digits++)
        value = value * 10 + (size_t)(*p - '0');
    if (digits == 0 || (*at)[digits + 1] != ']')
        return false;
    *index = value;
    *at += digits + 2;
    return true;
}

/* NOT_STATED as an enum's value says the same as the list does. */
static bool says_something(const ProtobufCMessage *m, const mu_field *f, size_t index)
{
    if (index == MU_NO_INDEX)
        index = 0;
    if (m == NULL || mu_field_count(m, f) <= index)
        return false;
    return f->type != PROTOBUF_C_TYPE_ENUM || mu_field_scalar(m, f, index).i != 1;
}

static struct place step_down(const struct place *from, const mu_field *f, size_t index)
{
    struct place to = {mu_field_message(f), NULL};

    if (index == MU_NO_INDEX && !mu_field_repeats(f))
        index = 0;
    if (from->m != NULL && index != MU_NO_INDEX && mu_field_count(from->m, f) > index)
        to.m = mu_field_sub(from->m, f, index);
    return to;
}

/* Take one segment off the path; its field, or NULL when there is none. */
static const mu_field *take_field(const char **at, const mu_message *type, size_t *index)
{
    struct mu_bytes name = {(const uint8_t *)*at, strcspn(*at, ".[")};
    const mu_field *f = mu_field_named(type, name, false);

    *at += name.size;
    if (f == NULL || !take_index(at, index) || (*index != MU_NO_INDEX && !mu_field_repeats(f)))
        return NULL;
    return f;
}

/* Whether the path names a field that may honestly be listed. */
static bool is_honest(const Muster__Event *event, const char *path)
{
    struct place place = {&muster__event__descriptor, &event->base};
    const mu_field *f = NULL;
    size_t index;

    for (unsigned depth = 0; depth < MU_DEPTH_MAX; depth++) {
        f = take_field(&path, place.type, &index);
        if (f == NULL)
            return false;
        if (depth == 0 && f->id != 1 && f->id != mu_kind_of(event))
            return false;
        if (*path == '\0')
            return depth > 0 && !says_something(place.m, f, index);
        if (*path++ != '.' || f->type != PROTOBUF_C_TYPE_MESSAGE)
            return false;
        place = step_down(&place, f, index);
    }
    return false;
}

enum mu_err mu_stated_check(const Muster__Event *event, struct mu_fault *fault)
{
    const Muster__Envelope *envelope = event->envelope;
    struct mu_step above = {NULL, mu_field_numbered(&muster__event__descriptor, 1), 0};
    struct mu_step at = {&above, NULL, 0};

    for (; at.index < envelope->n_not_stated; at.index++)
        if (!is_honest(event, envelope->not_stated[at.index])) {
            at.field = mu_field_named(&muster__envelope__descriptor,
                                      (struct mu_bytes){(const uint8_t *)"not_stated", 10}, false);
            return mu_fault_at(fault, MU_E_BAD_VALUE, &at, NULL);
        }
    return MU_OK;
}
