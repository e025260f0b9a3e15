/* Where an operation is, when, and what it does there. */
#include "proto/picture/fold.h"
#include "proto/picture/voice.h"
#include "proto/words/amount.h"

static void dump_print(const struct mu_print *print, struct voice *v)
{
    mu_voice_item(v, "", "place", print->place);
    if (v->json) {
        mu_voice_count(v, LABEL(NULL, "startAtMs", MU_W_F_AS_IS), print->span.start_ms != INT64_MIN,
                       print->span.start_ms);
        mu_voice_count(v, LABEL(NULL, "endAtMs", MU_W_F_AS_IS), print->span.end_ms != INT64_MAX,
                       print->span.end_ms);
    } else {
        mu_text_addf(v->out, " %lld..%lld", (long long)print->span.start_ms,
                     (long long)print->span.end_ms);
    }
    mu_voice_code(v, LABEL("activity", "activity", MU_W_F_AS_IS), "Activity",
                  (uint32_t)print->activity);
    mu_voice_code(v, LABEL("effect", "effect", MU_W_F_AS_IS), "EdgeEffect",
                  (uint32_t)print->effect);
    mu_voice_item_end(v);
}

static bool is_edge(const struct mu_print *print)
{
    return print->place_kind == MU_PLACE_EDGE || print->place_kind == MU_PLACE_ROAD;
}

static bool is_way(const struct mu_print *print)
{
    return is_edge(print) || print->place_kind == MU_PLACE_NODE;
}

/* The stretch of an edge, or the post of it, where it is not the whole. */
static void tell_stretch(const struct mu_print *print, struct voice *v)
{
    char stretch[96];
    struct mu_text text = mu_text(stretch, sizeof stretch);

    if (!is_way(print) || (print->from_m == 0 && (!is_edge(print) || print->to_m == MU_ENDLESS)))
        return;
    mu_words_post(&text, print->from_m);
    if (print->to_m != print->from_m) {
        mu_text_add(&text, "–");
        if (print->to_m == MU_ENDLESS)
            mu_text_add(&text, mu_voice_word(v, MU_W_TELL_EDGE_END));
        else
            mu_words_post(&text, print->to_m);
    }
    mu_voice_name(v, LABEL(NULL, "stretch", MU_W_F_AS_IS), stretch);
}

/* The areas above a zone it is filed under are nothing new to a reader. */
static void tell_print(const struct mu_print *print, struct voice *v)
{
    if (print->place_kind == MU_PLACE_UNDER)
        return;
    mu_voice_item(v, "", "place", print->place);
    tell_stretch(print, v);
    if (print->activity > MUSTER__ACTIVITY__ACTIVITY_NOT_STATED)
        mu_voice_code(v, LABEL("activity", "activity", MU_W_F_AS_IS), "Activity",
                      (uint32_t)print->activity);
    if (is_way(print) && print->effect > MUSTER__EDGE_EFFECT__EDGE_EFFECT_NOT_STATED)
        mu_voice_code(v, LABEL("effect", "effect", MU_W_F_AS_IS), "EdgeEffect",
                      (uint32_t)print->effect);
    mu_voice_span(v, &print->span);
    mu_voice_item_end(v);
}

void mu_voice_places(struct voice *v, const struct mu_object *object)
{
    mu_voice_list(v, "places");
    for (size_t i = 0; i < object->print_count; i++)
        (v->listener == NULL ? dump_print : tell_print)(&object->prints[i], v);
    mu_voice_list_end(v);
}
