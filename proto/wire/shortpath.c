#include "proto/wire/shortform.h"

#include <stdio.h>
#include <string.h>

/* One segment of a path, "legs[0]" or "persons", cut off its front. */
struct segment {
    char name[MU_PATH_BYTES_MAX];
    bool indexed;
};

static bool take_index(const char **at, struct segment *out)
{
    if (**at != '[')
        return true;
    out->indexed = true;
    const char *digits = *at + 1;
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || count > 4 || digits[count] != ']')
        return false;
    *at = digits + count + 1;
    return true;
}

static bool take_segment(const char **at, struct segment *out)
{
    size_t length = strcspn(*at, ".[");

    if (length == 0 || length >= sizeof out->name)
        return false;
    memcpy(out->name, *at, length);
    out->name[length] = '\0';
    out->indexed = false;
    *at += length;
    if (!take_index(at, out))
        return false;
    if (**at == '.' && (*at)[1] != '\0')
        (*at)++;
    else if (**at != '\0')
        return false;
    return true;
}

static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *message,
                                                const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(message, name);
}

static const ProtobufCMessageDescriptor *body_of(uint32_t kind)
{
    const ProtobufCFieldDescriptor *body =
        protobuf_c_message_descriptor_get_field(&muster__event__descriptor, kind);

    return body != NULL && kind != 1 ? body->descriptor : NULL;
}

/* A body's message that nobody can write as one word gives way to the envelope's field of that name:
 * `area=` of a reference object is the envelope's code path, not its RefArea. */
static bool gives_way(const ProtobufCFieldDescriptor *field, const struct segment *first,
                      bool alone)
{
    return alone && !first->indexed && field->type == PROTOBUF_C_TYPE_MESSAGE &&
           !mu_shortform_has(field->descriptor) &&
           field_of(&muster__envelope__descriptor, first->name) != NULL;
}

/* The message the path starts in, and what to write before it. */
static const ProtobufCMessageDescriptor *start_of(uint32_t kind, const char *path,
                                                  const struct segment *first, const char **prefix)
{
    const ProtobufCMessageDescriptor *body = body_of(kind);
    const ProtobufCFieldDescriptor *own = body == NULL ? NULL : field_of(body, first->name);
    bool alone = strchr(path, '.') == NULL;

    if (own != NULL && !gives_way(own, first, alone)) {
        *prefix = mu_kind_name(kind);
        return body;
    }
    if (field_of(&muster__envelope__descriptor, first->name) != NULL) {
        *prefix = "envelope";
        return &muster__envelope__descriptor;
    }
    *prefix = "";
    return alone ? body : &muster__event__descriptor;
}

static enum mu_err walk(const ProtobufCMessageDescriptor *message, const char *at,
                        struct mu_shortpath *out)
{
    struct segment segment;

    for (const char *path = at; *at != '\0';) {
        out->owner = message;
        out->at = (size_t)(at - path);
        if (message == NULL || !take_segment(&at, &segment))
            return MU_E_BAD_VALUE;
        out->descriptor = field_of(message, segment.name);
        if (out->descriptor == NULL)
            return MU_E_ABSENT;
        out->indexed = segment.indexed;
        if (segment.indexed && out->descriptor->label != PROTOBUF_C_LABEL_REPEATED)
            return MU_E_BAD_VALUE;
        message =
            out->descriptor->type == PROTOBUF_C_TYPE_MESSAGE ? out->descriptor->descriptor : NULL;
    }
    return out->descriptor == NULL ? MU_E_BAD_VALUE : MU_OK;
}

enum mu_err mu_shortpath_find(uint32_t kind, const char *path, struct mu_shortpath *out)
{
    struct segment first = {{0}, false};
    const char *at = path;
    const char *prefix;

    *out = (struct mu_shortpath){0};
    if (!take_segment(&at, &first))
        return MU_E_BAD_VALUE;
    const ProtobufCMessageDescriptor *start = start_of(kind, path, &first, &prefix);
    int length = snprintf(out->path, sizeof out->path, "%s%s%s", prefix, *prefix ? "." : "", path);
    enum mu_err err = walk(start, path, out);
    if (err == MU_OK && (length < 0 || (size_t)length >= sizeof out->path))
        err = MU_E_BAD_VALUE;
    return err;
}
