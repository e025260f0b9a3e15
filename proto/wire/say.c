#include "proto/wire/say.h"

#include <stdio.h>
#include <string.h>

#include "proto/wire/shortform.h"

/* ---- faults ---------------------------------------------------------------------------------- */

/* The fault names what was typed, not the path it became. */
static enum mu_err blame(enum mu_err err, const char *typed, const struct mu_assign *how)
{
    if (err == MU_OK || how->fault == NULL)
        return err;
    struct mu_text path = mu_text(how->fault->path, sizeof how->fault->path);

    how->fault->code = err;
    mu_text_add(&path, typed);
    return err;
}

/* ---- words with a meaning of their own --------------------------------------------------------- */

static enum mu_err set_envelope(struct mu_saying *said, const char *field, const char *value,
                                const struct mu_assign *how)
{
    char path[MU_PATH_BYTES_MAX];

    snprintf(path, sizeof path, "envelope.%s", field);
    return mu_event_assign(said->event, said->kind, path, value, how);
}

static enum mu_err set_occurred(struct mu_saying *said, const char *value,
                                const struct mu_assign *how)
{
    return set_envelope(said, "occurred_at_ms", value, how);
}

static enum mu_err set_observed(struct mu_saying *said, const char *value,
                                const struct mu_assign *how)
{
    return set_envelope(said, "observed_at_ms", value, how);
}

static enum mu_err set_sent(struct mu_saying *said, const char *value, const struct mu_assign *how)
{
    return set_envelope(said, "sent_at_ms", value, how);
}

static bool takes_card(uint32_t kind)
{
    return kind == MUSTER__EVENT__BODY_DECISION || kind == MUSTER__EVENT__BODY_ACKNOWLEDGEMENT;
}

/* C04:LV-01. A decision keeps both words, so that the record shows the card as people named it. */
static enum mu_err set_card(struct mu_saying *said, const char *value, const struct mu_assign *how)
{
    char rule[32];
    size_t length = strcspn(value, ":");

    if (!takes_card(said->kind))
        return MU_E_ABSENT;
    if (length >= sizeof rule || value[length] != ':' || value[length + 1] == '\0')
        return MU_E_BAD_VALUE;
    memcpy(rule, value, length);
    rule[length] = '\0';
    said->card_rule = mu_say_rule(rule);
    if (said->card_rule == 0)
        return MU_E_BAD_VALUE;
    const char *subject = value + length + 1;
    said->card_subject = mu_arena_copy(how->arena, subject, strlen(subject));
    if (said->card_subject == NULL)
        return MU_E_NO_MEMORY;
    said->names_card = true;
    if (said->kind == MUSTER__EVENT__BODY_DECISION) {
        said->event->decision->has_rule = 1;
        said->event->decision->rule = (Muster__Rule)said->card_rule;
        return mu_event_assign(said->event, said->kind, "decision.subject", subject, how);
    }
    return MU_OK;
}

static const struct {
    const char *word;
    enum mu_err (*set)(struct mu_saying *said, const char *value, const struct mu_assign *how);
} own_words[] = {
    {"occurred", set_occurred},
    {"observed", set_observed},
    {"sent", set_sent},
    {"card", set_card},
};

enum mu_err mu_say_set(struct mu_saying *said, const char *field, const char *value,
                       const struct mu_assign *how)
{
    for (size_t i = 0; i < sizeof own_words / sizeof own_words[0]; i++)
        if (strcmp(own_words[i].word, field) == 0)
            return blame(own_words[i].set(said, value, how), field, how);
    return blame(mu_shortform_set(said->event, said->kind, field, value, how), field, how);
}

/* ---- KIND and OBJECT --------------------------------------------------------------------------- */

/* "EV-01@v1" or "EV-01" */
static enum mu_err set_subject(struct mu_saying *said, const char *typed,
                               const struct mu_assign *how)
{
    char object[MU_PATH_BYTES_MAX];
    const char *at = strstr(typed, "@v");
    size_t length = at == NULL ? strlen(typed) : (size_t)(at - typed);
    enum mu_err err;

    if (length == 0 || length >= sizeof object || memchr(typed, '@', length) != NULL)
        return MU_E_BAD_VALUE;
    memcpy(object, typed, length);
    object[length] = '\0';
    err = set_envelope(said, "object", object, how);
    return err != MU_OK || at == NULL ? err : set_envelope(said, "version", at + 2, how);
}

enum mu_err mu_say_begin(uint32_t kind, const char *object, const struct mu_assign *how,
                         struct mu_saying *out)
{
    *out = (struct mu_saying){.kind = kind};
    enum mu_err err = mu_event_make(kind, how->arena, &out->event);

    if (err != MU_OK)
        return blame(err, mu_kind_name(kind) == NULL ? "" : mu_kind_name(kind), how);
    return object == NULL ? MU_OK : blame(set_subject(out, object, how), object, how);
}

/* `word` is "field=value": its field, in a buffer of MU_PATH_BYTES_MAX; NULL when it is not one. */
static const char *cut_field(const char *word, char *field)
{
    size_t length = strcspn(word, "=");

    if (word[length] == '\0' || length == 0 || length >= MU_PATH_BYTES_MAX)
        return NULL;
    memcpy(field, word, length);
    field[length] = '\0';
    return word + length + 1;
}

enum mu_err mu_say_read(int argc, const char *const *argv, const struct mu_assign *how,
                        struct mu_saying *out)
{
    *out = (struct mu_saying){0};
    if (argc == 0)
        return blame(MU_E_USAGE, "", how);
    uint32_t kind = mu_kind_number(argv[0]);
    if (kind == 0)
        return blame(MU_E_NO_KIND, argv[0], how);
    bool has_object = argc > 1 && strchr(argv[1], '=') == NULL;
    enum mu_err err = mu_say_begin(kind, has_object ? argv[1] : NULL, how, out);
    for (int i = has_object ? 2 : 1; err == MU_OK && i < argc; i++) {
        char field[MU_PATH_BYTES_MAX];
        const char *value = cut_field(argv[i], field);

        err = value == NULL ? blame(MU_E_USAGE, argv[i], how) : mu_say_set(out, field, value, how);
    }
    return err;
}

/* ---- what the sender's place knows --------------------------------------------------------------- */

static enum mu_err keep(mu_arena *arena, char **field, const char *value)
{
    *field = mu_arena_copy(arena, value, strlen(value));
    return *field == NULL ? MU_E_NO_MEMORY : MU_OK;
}

/* An area the body names is also where the event belongs, unless the envelope says otherwise. */
static const char *area_of_body(const struct mu_saying *said)
{
    const Muster__Event *event = said->event;

    switch (said->kind) {
    case MUSTER__EVENT__BODY_FIGURE:
        return event->figure->area;
    case MUSTER__EVENT__BODY_EVACUATION:
        return event->evacuation->zone;
    default:
        return NULL;
    }
}

static enum mu_err fill_names(struct mu_saying *said, const struct mu_say_defaults *defaults,
                              mu_arena *arena)
{
    Muster__Envelope *envelope = said->event->envelope;
    const char *area = area_of_body(said) != NULL ? area_of_body(said) : defaults->area;
    enum mu_err err = MU_OK;

    if (defaults->agency != NULL)
        err = keep(arena, &envelope->agency, defaults->agency);
    if (err == MU_OK && envelope->area == NULL && area != NULL)
        err = keep(arena, &envelope->area, area);
    if (err == MU_OK && envelope->incident == NULL && defaults->incident != NULL)
        err = keep(arena, &envelope->incident, defaults->incident);
    return err;
}

/* How good the clock is says the machine of its own time only, not of one a person typed. */
static void fill_clocks(Muster__Envelope *envelope, int64_t now_ms, uint32_t quality)
{
    if (!envelope->has_sent_at_ms)
        envelope->sent_at_ms = now_ms;
    if (!envelope->has_sent_at_ms && !envelope->has_clock_quality && quality != 0) {
        envelope->has_clock_quality = 1;
        envelope->clock_quality = (Muster__ClockQuality)quality;
    }
    if (!envelope->has_occurred_at_ms)
        envelope->occurred_at_ms = now_ms;
    envelope->has_sent_at_ms = 1;
    envelope->has_occurred_at_ms = 1;
}

enum mu_err mu_say_fill(struct mu_saying *said, const struct mu_say_defaults *defaults,
                        const struct mu_assign *how)
{
    Muster__Envelope *envelope = said->event->envelope;

    if (envelope == NULL) {
        envelope = mu_arena_take(how->arena, sizeof *envelope);
        if (envelope == NULL)
            return MU_E_NO_MEMORY;
        muster__envelope__init(envelope);
        said->event->envelope = envelope;
    }
    if (!envelope->has_status && defaults->status != 0) {
        envelope->has_status = 1;
        envelope->status = (Muster__Status)defaults->status;
    }
    fill_clocks(envelope, defaults->now_ms, defaults->clock_quality);
    return fill_names(said, defaults, how->arena);
}
