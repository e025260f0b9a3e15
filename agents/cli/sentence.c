/* Findings hold a template id and typed arguments; here they become a sentence. */
#include "agents/cli/show/show.h"

#include <stdio.h>
#include <string.h>

#include "proto/rules/templates.h"

#define ARGUMENTS_MAX 10u
#define ARGUMENT_BYTES_MAX 512u

static void show_text_id(struct mu_text *out, const struct mu_style *style, const char *id)
{
    const char *sentence = mu_template(id, style->lang);

    mu_clean(out, sentence != NULL ? sentence : id);
}

/* A finding may name several objects in one argument, "EV-01, EV-02"; Chinese lists them otherwise. */
static void show_objects(struct mu_text *out, const struct mu_style *style, const char *ids)
{
    const char *comma = ids == NULL ? NULL : strstr(ids, ", ");

    if (comma == NULL || style->lang == MU_LANG_EN) {
        mu_show_named(out, style, ids);
        return;
    }
    for (; comma != NULL; comma = strstr(ids, ", ")) {
        char one[ARGUMENT_BYTES_MAX];

        snprintf(one, sizeof one, "%.*s", (int)(comma - ids), ids);
        mu_clean(out, one);
        mu_text_add(out, mu_word(MU_W_LIST_COMMA, style->lang));
        ids = comma + 2;
    }
    mu_clean(out, ids);
}

static void show_argument(struct mu_text *out, const struct mu_style *style,
                          const Muster__Argument *a)
{
    switch (a->value_case) {
    case MUSTER__ARGUMENT__VALUE_NUMBER:
        mu_show_number(out, style, a->number);
        break;
    case MUSTER__ARGUMENT__VALUE_AT_MS:
        mu_show_clock(out, style, a->at_ms);
        break;
    case MUSTER__ARGUMENT__VALUE_OBJECT:
        show_objects(out, style, a->object);
        break;
    case MUSTER__ARGUMENT__VALUE_AREA:
        mu_show_name(out, style, a->area);
        break;
    case MUSTER__ARGUMENT__VALUE_AGENCY:
        mu_show_name(out, style, a->agency);
        break;
    case MUSTER__ARGUMENT__VALUE_TEXT_ID:
        show_text_id(out, style, a->text_id);
        break;
    case MUSTER__ARGUMENT__VALUE_WINDOW:
        mu_show_window(out, style, a->window);
        break;
    case MUSTER__ARGUMENT__VALUE_REF:
        mu_show_ref(out, a->ref);
        break;
    case MUSTER__ARGUMENT__VALUE_ROLE:
        mu_show_role(out, style, a->role);
        break;
    case MUSTER__ARGUMENT__VALUE_ITEM:
        mu_show_item(out, style, a->item);
        break;
    case MUSTER__ARGUMENT__VALUE_RULE:
        mu_clean(out, a->rule);
        break;
    case MUSTER__ARGUMENT__VALUE_INDICATOR:
        mu_clean(out, a->indicator);
        break;
    case MUSTER__ARGUMENT__VALUE_TELEPHONE:
        mu_clean(out, a->telephone);
        break;
    case MUSTER__ARGUMENT__VALUE_ACTIVITY:
        mu_show_term(out, style, "Activity", (uint32_t)a->activity);
        break;
    case MUSTER__ARGUMENT__VALUE_POST:
        mu_clean(out, a->post);
        break;
    case MUSTER__ARGUMENT__VALUE_EDGE:
        mu_show_edge(out, style, a->edge);
        break;
    case MUSTER__ARGUMENT__VALUE_QUOTED:
        mu_text_add(out, "“");
        mu_clean(out, a->quoted);
        mu_text_add(out, "”");
        break;
    case MUSTER__ARGUMENT__VALUE_POPULATION_KIND:
        mu_show_term(out, style, "PopulationKind", (uint32_t)a->population_kind);
        break;
    case MUSTER__ARGUMENT__VALUE__NOT_SET:
    default: /* of a newer schema: the place stays visible */
        mu_text_add(out, "?");
        break;
    }
}

/* Arguments that share a name fill one place, as a list: "EV-01, EV-02". */
static size_t collect(char texts[][ARGUMENT_BYTES_MAX], const struct mu_style *style,
                      const Muster__Sentence *sentence)
{
    size_t count = 0;

    for (size_t i = 0; i < sentence->n_args; i++) {
        const Muster__Argument *a = sentence->args[i];
        const Muster__Argument *before = i == 0 ? NULL : sentence->args[i - 1];
        bool joins = before != NULL && a->name != NULL && before->name != NULL &&
                     strcmp(a->name, before->name) == 0;

        if (!joins && count == ARGUMENTS_MAX)
            break;
        size_t place = joins ? count - 1 : count++;
        struct mu_text text = {texts[place], ARGUMENT_BYTES_MAX, joins ? strlen(texts[place]) : 0,
                               false};
        if (joins)
            mu_text_add(&text, style->lang == MU_LANG_ZH ? "、" : ", ");
        else
            texts[place][0] = '\0';
        show_argument(&text, style, a);
    }
    return count;
}

void mu_render_sentence(struct mu_text *out, const struct mu_style *style,
                        const Muster__Sentence *sentence)
{
    char texts[ARGUMENTS_MAX][ARGUMENT_BYTES_MAX];
    const char *args[ARGUMENTS_MAX];
    const char *words = mu_template(sentence->template_id, style->lang);
    size_t count = collect(texts, style, sentence);

    for (size_t i = 0; i < count; i++)
        args[i] = texts[i];
    if (words != NULL) {
        mu_words_fill(out, words, args, count);
        return;
    }
    mu_clean(out, sentence->template_id == NULL ? "?" : sentence->template_id);
    for (size_t i = 0; i < count; i++)
        mu_text_addf(out, "%s%s", i == 0 ? " " : ", ", args[i]);
}
