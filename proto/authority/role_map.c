/* The role map: which agency holds which role. Each event is the whole list, so the last one counts. */
#include "proto/authority/inside.h"

#include <stdlib.h>

#include "proto/topic/area.h"
#include "proto/wire/event.h"

static enum mu_err check_line(const Muster__RoleLine *line, size_t i, struct mu_fault *fault)
{
    struct mu_kinds grantable = mu_kinds_grantable();

    if (line->role == NULL)
        return mu_roster_refuse(fault, MU_E_MISSING, "role_map.lines[%zu].role", i);
    if (line->agency == NULL)
        return mu_roster_refuse(fault, MU_E_MISSING, "role_map.lines[%zu].agency", i);
    if (!mu_roster_code_ok(line->role))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "role_map.lines[%zu].role", i);
    if (!mu_roster_code_ok(line->agency))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "role_map.lines[%zu].agency", i);
    if (line->area != NULL &&
        (!mu_area_ok(bytes_of(line->area)) || strlen(line->area) > MU_TOPIC_BYTES_MAX))
        return mu_roster_refuse(fault, MU_E_BAD_AREA, "role_map.lines[%zu].area", i);
    for (size_t k = 0; k < line->n_kinds; k++)
        if (!mu_kinds_have(&grantable, mu_kind_number(line->kinds[k])))
            return mu_roster_refuse(fault, MU_E_BAD_VALUE, "role_map.lines[%zu].kinds[%zu]", i, k);
    return MU_OK;
}

enum mu_err mu_role_map_check(const mu_roster *r, const Muster__RoleMap *map,
                              struct mu_fault *fault)
{
    enum mu_err err = MU_OK;

    (void)r;
    for (size_t i = 0; err == MU_OK && i < map->n_lines; i++)
        err = check_line(map->lines[i], i, fault);
    return err;
}

static void fill_holding(struct mu_holding *h, const Muster__RoleLine *line)
{
    const Muster__Window *w = line->window;

    mu_roster_keep_text(h->role, sizeof h->role, line->role);
    mu_roster_keep_text(h->agency, sizeof h->agency, line->agency);
    mu_roster_keep_text(h->area, sizeof h->area, line->area);
    if (w != NULL && w->has_start_at_ms)
        h->from_ms = w->start_at_ms;
    if (w != NULL && w->has_end_at_ms && !(w->has_until_changed && w->until_changed))
        h->until_ms = w->end_at_ms;
    h->has_kinds = line->n_kinds > 0;
    for (size_t k = 0; k < line->n_kinds; k++)
        mu_kinds_add(&h->kinds, mu_kind_number(line->kinds[k]));
}

enum mu_err mu_role_map_apply(mu_roster *r, const Muster__RoleMap *map)
{
    struct mu_holding *lines = calloc(map->n_lines + 1, sizeof *lines);

    if (lines == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = 0; i < map->n_lines; i++)
        fill_holding(&lines[i], map->lines[i]);
    free(r->holding);
    r->holding = lines;
    r->holdings = map->n_lines;
    mu_grants_follow_roles(r);
    return MU_OK;
}

const char *mu_roster_role(const mu_roster *roster, const char *role)
{
    for (size_t i = 0; i < roster->holdings; i++)
        if (strcmp(roster->holding[i].role, role) == 0)
            return roster->holding[i].agency;
    return NULL;
}

const char *mu_roster_role_at(const mu_roster *roster, const char *role, struct mu_bytes area,
                              int64_t now_ms)
{
    const struct mu_holding *best = NULL;

    for (size_t i = 0; i < roster->holdings; i++) {
        const struct mu_holding *h = &roster->holding[i];

        if (strcmp(h->role, role) != 0 || !mu_area_within(area, bytes_of(h->area)) ||
            !window_open(h->from_ms, h->until_ms, now_ms))
            continue;
        if (best == NULL || strlen(h->area) > strlen(best->area))
            best = h;
    }
    return best == NULL ? NULL : best->agency;
}
