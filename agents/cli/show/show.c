#include "agents/cli/show/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/words/amount.h"
#include "proto/words/terms.h"

void mu_show_count(struct mu_text *out, int64_t value)
{
    mu_words_count(out, value);
}

void mu_show_milli(struct mu_text *out, int64_t milli)
{
    mu_words_milli(out, milli);
}

void mu_show_metres(struct mu_text *out, int64_t mm)
{
    int64_t whole = mm / 1000;
    int64_t rest = mm % 1000 < 0 ? -(mm % 1000) : mm % 1000;

    mu_text_addf(out, "%s%" PRId64 ".%02d", mm < 0 && whole == 0 ? "-" : "", whole,
                 (int)(rest / 10));
}

/* ---- time ------------------------------------------------------------------------------------ */

void mu_show_clock(struct mu_text *out, const struct mu_style *style, int64_t ms)
{
    struct mu_civil c = mu_civil(ms, style->offset_min);

    mu_text_addf(out, "%02d:%02d", c.hour, c.minute);
}

void mu_show_seconds(struct mu_text *out, const struct mu_style *style, int64_t ms)
{
    struct mu_civil c = mu_civil(ms, style->offset_min);

    mu_text_addf(out, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}

void mu_show_iso(struct mu_text *out, const struct mu_style *style, int64_t ms)
{
    struct mu_civil c = mu_civil(ms, style->offset_min);
    int offset = style->offset_min < 0 ? -style->offset_min : style->offset_min;

    mu_text_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", c.year, c.month, c.day, c.hour,
                 c.minute, c.second, style->offset_min < 0 ? '-' : '+', offset / 60, offset % 60);
}

void mu_show_window(struct mu_text *out, const struct mu_style *style, const Muster__Window *window)
{
    if (window->has_start_at_ms)
        mu_show_clock(out, style, window->start_at_ms);
    mu_text_add(out, "–");
    if (window->has_end_at_ms)
        mu_show_clock(out, style, window->end_at_ms);
    else if (window->has_until_changed && window->until_changed)
        mu_text_add(out, mu_word(MU_W_UNTIL_CHANGED, style->lang));
}

/* ---- names ------------------------------------------------------------------------------------- */

static const char *known(const struct mu_style *style, const char *prefix, const char *key)
{
    char full[MU_NAME_BYTES_MAX + 16];

    if (style->names == NULL)
        return key;
    snprintf(full, sizeof full, "%s%s", prefix, key);
    const char *name = mu_names_of(style->names, full, style->lang);
    return strcmp(name, full) == 0 ? key : name;
}

void mu_show_name(struct mu_text *out, const struct mu_style *style, const char *key)
{
    mu_clean(out, known(style, "", key));
}

void mu_show_named(struct mu_text *out, const struct mu_style *style, const char *key)
{
    if (key == NULL) { /* a stranger's event may name nobody */
        mu_text_add(out, "?");
        return;
    }
    const char *name = known(style, "", key);
    bool is_area = strchr(key, '/') != NULL; /* nobody types a code path when it has a name */

    if (!is_area || name == key)
        mu_clean(out, key);
    if (name == key || strcmp(name, key) == 0)
        return;
    if (!is_area)
        mu_text_add(out, " ");
    mu_clean(out, name);
}

void mu_show_item(struct mu_text *out, const struct mu_style *style, const char *item)
{
    mu_clean(out, known(style, "item:", item));
}

/* Roles every county has (proto/authority/roles.c), where its own map gives them no name. */
static const struct {
    const char *role;
    enum mu_word word;
} role_words[] = {
    {"flood_command", MU_W_ROLE_FLOOD_COMMAND},
    {"emergency_management", MU_W_ROLE_EMERGENCY_MANAGEMENT},
    {"disaster_figures", MU_W_ROLE_DISASTER_FIGURES},
    {"reference_data", MU_W_ROLE_REFERENCE_DATA},
    {"relief_supply", MU_W_ROLE_RELIEF_SUPPLY},
    {"shelters", MU_W_ROLE_SHELTERS},
    {"health", MU_W_ROLE_HEALTH},
    {"water", MU_W_ROLE_WATER},
    {"fire_rescue", MU_W_ROLE_FIRE_RESCUE},
    {"fire", MU_W_ROLE_FIRE_RESCUE},
    {"traffic", MU_W_ROLE_TRAFFIC},
    {"meteorology", MU_W_ROLE_METEOROLOGY},
    {"housing", MU_W_ROLE_HOUSING},
    {"publicity", MU_W_ROLE_PUBLICITY},
    {"township_desk", MU_W_ROLE_TOWNSHIP_DESK},
    {"coordinator", MU_W_ROLE_COORDINATOR},
    {"duty_leader", MU_W_ROLE_DUTY_LEADER},
    {"commander", MU_W_ROLE_COMMANDER},
    {"observer", MU_W_ROLE_OBSERVER},
    {"player", MU_W_ROLE_PLAYER},
};

/* An agency that decides in its own right, about its own movements or clock, holds no role for it. */
static const char *agency_in(const char *role)
{
    static const char prefix[] = "agency:";

    return strncmp(role, prefix, sizeof prefix - 1) == 0 ? role + sizeof prefix - 1 : NULL;
}

void mu_show_role(struct mu_text *out, const struct mu_style *style, const char *role)
{
    if (agency_in(role) != NULL) {
        mu_show_name(out, style, agency_in(role));
        return;
    }
    const char *name = known(style, "role:", role);

    for (size_t i = 0; name == role && i < sizeof role_words / sizeof role_words[0]; i++)
        if (strcmp(role_words[i].role, role) == 0)
            name = mu_word(role_words[i].word, style->lang);

    if (name != role) {
        mu_clean(out, name);
        return;
    }
    for (; *role != '\0'; role++) {
        char one[2] = {*role == '_' ? ' ' : *role, '\0'};

        mu_clean(out, one);
    }
}

void mu_show_agent(struct mu_text *out, const struct mu_style *style,
                   const struct mu_agent_id *agent)
{
    char hex[2 * sizeof agent->b + 1];

    mu_hex(agent->b, sizeof agent->b, hex);
    const char *code = known(style, "agent:", hex);
    mu_clean(out, code == hex ? "-" : code);
}

void mu_show_term(struct mu_text *out, const struct mu_style *style, const char *type,
                  uint32_t value)
{
    mu_text_add(out, mu_term(type, value, style->lang));
}

/* ---- amounts ------------------------------------------------------------------------------------ */

static void show_unit(struct mu_text *out, const struct mu_style *style, uint32_t unit,
                      const char *item)
{
    bool counted = unit == MUSTER__MEASURE__MEASURE_PIECE && item != NULL;

    if (!counted) {
        mu_text_add(out, style->lang == MU_LANG_ZH ? "" : " ");
        mu_show_term(out, style, "Measure", unit);
    }
    if (item == NULL)
        return;
    mu_text_add(out, " ");
    mu_show_item(out, style, item);
}

void mu_show_number(struct mu_text *out, const struct mu_style *style, const Muster__Number *number)
{
    uint32_t unit = number->has_unit && number->unit != MUSTER__MEASURE__MEASURE_ONE
                        ? (uint32_t)number->unit
                        : 0;

    if (!number->has_value) {
        mu_text_add(out, "?");
    } else if (unit == MUSTER__MEASURE__MEASURE_MILLI_M3S) {
        mu_show_milli(out, number->value);
        mu_text_add(out, " m³/s");
        return;
    } else if (unit == MUSTER__MEASURE__MEASURE_MILLIMETRE) {
        mu_show_metres(out, number->value);
        mu_text_add(out, " m");
        return;
    } else {
        mu_show_count(out, number->value);
    }
    if (unit != 0)
        show_unit(out, style, unit, number->item);
}

void mu_show_quantity(struct mu_text *out, const struct mu_style *style,
                      const Muster__ItemQuantity *quantity)
{
    if (quantity->item != NULL)
        mu_show_item(out, style, quantity->item);
    if (style->lang == MU_LANG_EN)
        mu_text_add(out, " ");
    if (quantity->has_quantity_milli)
        mu_show_milli(out, quantity->quantity_milli);
    else
        mu_text_add(out, "?");
    if (quantity->has_unit && quantity->unit != MUSTER__MEASURE__MEASURE_PIECE)
        show_unit(out, style, (uint32_t)quantity->unit, NULL);
}

void mu_show_edge(struct mu_text *out, const struct mu_style *style, const Muster__EdgeUse *edge)
{
    mu_show_named(out, style, edge->edge == NULL ? "?" : edge->edge);
    if (edge->has_from_m) {
        mu_text_add(out, " ");
        mu_words_post(out, edge->from_m);
    }
    if (edge->has_from_m && edge->has_to_m && edge->from_m != edge->to_m) {
        mu_text_add(out, "–");
        mu_words_post(out, edge->to_m);
    }
    if (!edge->has_effect)
        return;
    mu_text_add(out, " ");
    mu_show_term(out, style, "EdgeEffect", (uint32_t)edge->effect);
}

/* A statement about no object has only its identity: "#7f3a..c91e". */
static void show_leaf(struct mu_text *out, const uint8_t *leaf)
{
    char hex[2 * sizeof(struct mu_hash) + 1];

    mu_hex(leaf, sizeof(struct mu_hash), hex);
    mu_text_addf(out, "#%.4s..%s", hex, hex + 60);
}

void mu_show_ref(struct mu_text *out, const Muster__Ref *ref)
{
    if (ref->object == NULL && ref->has_leaf && ref->leaf.len == sizeof(struct mu_hash)) {
        show_leaf(out, ref->leaf.data);
        return;
    }
    mu_clean(out, ref->object == NULL ? "?" : ref->object);
    if (ref->has_version)
        mu_text_addf(out, "@v%u", (unsigned)ref->version);
}

void mu_show_pad(struct mu_text *out, size_t from, size_t columns)
{
    for (size_t have = mu_text_columns(out->at + from); have < columns; have++)
        mu_text_add(out, " ");
}
