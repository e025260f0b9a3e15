/* WaterML as JSON: value.timeSeries[], each with its site, its variable and its values. */
#include "agents/cli/import/json.h"
#include "agents/cli/import/usgs.h"

#include <string.h>

struct series {
    struct mu_usgs *reader;
    const char *agency, *site, *name, *parameter, *statistic;
    size_t number; /* of the value, through the whole file */
};

/* ["P","Ice"], or one text */
static const char *codes_of(struct series *series, const struct mu_json_node *codes)
{
    char text[256];
    struct mu_text out = mu_text(text, sizeof text);

    if (codes == NULL || codes->kind == MU_JSON_STRING)
        return mu_json_words(codes);
    for (const struct mu_json_node *at = mu_json_first(codes); at != NULL; at = at->next) {
        mu_text_add(&out, out.used == 0 ? "" : ":");
        mu_text_add(&out, mu_json_words(at));
    }
    return mu_arena_copy(&series->reader->arena, text, out.used);
}

static enum mu_err add_values(struct series *series, const struct mu_json_node *values)
{
    enum mu_err err = MU_OK;

    for (const struct mu_json_node *at = mu_json_first(mu_json_get(values, "value"));
         at != NULL && err == MU_OK; at = at->next) {
        struct mu_usgs_raw raw = {
            .line = ++series->number,
            .agency = series->agency,
            .site = series->site,
            .name = series->name,
            .parameter = series->parameter,
            .statistic = series->statistic,
            .value = mu_json_words(mu_json_get(at, "value")),
            .codes = codes_of(series, mu_json_get(at, "qualifiers")),
            .time = mu_json_words(mu_json_get(at, "dateTime")),
        };

        err = raw.codes == NULL ? MU_E_NO_MEMORY : mu_usgs_add(series->reader, &raw);
    }
    return err;
}

/* "Statistic" 00000 is the value itself; another one, or a name without a number, is over a period. */
static const char *statistic_of(const struct mu_json_node *variable)
{
    const struct mu_json_node *option =
        mu_json_first(mu_json_get(mu_json_get(variable, "options"), "option"));
    const char *code = mu_json_words(mu_json_get(option, "optionCode"));

    return code[0] != '\0' ? code : mu_json_words(mu_json_get(option, "value"));
}

static enum mu_err add_series(struct series *series, const struct mu_json_node *at)
{
    const struct mu_json_node *source = mu_json_get(at, "sourceInfo");
    const struct mu_json_node *site = mu_json_first(mu_json_get(source, "siteCode"));
    const struct mu_json_node *variable = mu_json_get(at, "variable");
    const struct mu_json_node *name = mu_json_get(source, "siteName");
    enum mu_err err = MU_OK;

    series->agency = mu_json_words(mu_json_get(site, "agencyCode"));
    if (series->agency[0] == '\0')
        series->agency = "USGS";
    series->site = mu_json_words(mu_json_get(site, "value"));
    series->name = name == NULL ? NULL : mu_json_words(name);
    series->parameter =
        mu_json_words(mu_json_get(mu_json_first(mu_json_get(variable, "variableCode")), "value"));
    series->statistic = statistic_of(variable);
    for (const struct mu_json_node *values = mu_json_first(mu_json_get(at, "values"));
         values != NULL && err == MU_OK; values = values->next)
        err = add_values(series, values);
    return err;
}

enum mu_err mu_usgs_json(struct mu_usgs *reader, struct mu_bytes text,
                         struct mu_nanao_refusal *refusal)
{
    struct series series = {.reader = reader};
    const struct mu_json_node *list;
    struct mu_json_node *root;
    enum mu_err err = mu_json_tree(text, &reader->arena, &root);

    if (err == MU_E_NO_MEMORY)
        return err;
    if (err != MU_OK)
        return mu_usgs_refuse(refusal, err, MU_W_USGS_NOT_JSON, MU_W_USGS_NOT_JSON_DO, NULL, NULL);
    list = mu_json_get(mu_json_get(root, "value"), "timeSeries");
    if (list == NULL || list->kind != MU_JSON_LIST)
        return mu_usgs_refuse(refusal, MU_E_MALFORMED, MU_W_USGS_NO_SERIES, MU_W_USGS_NO_SERIES_DO,
                              NULL, NULL);
    for (const struct mu_json_node *at = mu_json_first(list); at != NULL && err == MU_OK;
         at = at->next)
        err = add_series(&series, at);
    return err;
}
