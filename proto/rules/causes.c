/* The causes: made known by their names, and put down to be judged after the entry that is folded. */
#include "proto/rules/engine.h"

#include <stdlib.h>
#include <string.h>

struct cause *mu_cause_make(mu_rules *rules, const char *name)
{
    struct cause *cause = mu_arena_take(&rules->names, sizeof *cause);
    char *kept = mu_arena_copy(&rules->names, name, strlen(name));
    char *colon = kept == NULL ? NULL : strchr(kept, ':');

    if (cause == NULL || colon == NULL || mu_table_put(&rules->causes, kept, cause) != MU_OK)
        return NULL;
    cause->name = kept;
    cause->id = colon + 1;
    return cause;
}

void mu_cause_put(mu_rules *rules, struct cause *cause)
{
    size_t room = rules->dirty_room == 0 ? 16 : rules->dirty_room * 2;
    struct cause **dirty = rules->dirty;

    if (cause->dirty)
        return;
    if (rules->dirty_count == rules->dirty_room) {
        if ((dirty = realloc(dirty, room * sizeof(struct cause *))) == NULL) {
            rules->err = MU_E_NO_MEMORY;
            return;
        }
        rules->dirty = dirty;
        rules->dirty_room = room;
    }
    cause->dirty = true;
    rules->dirty[rules->dirty_count++] = cause;
}

static void cause_name(char *out, size_t size, const char *kind, const char *id)
{
    struct mu_text name = mu_text(out, size);

    mu_text_add(&name, kind);
    mu_text_add(&name, ":");
    mu_text_add(&name, id);
}

void mu_cause_mark_known(mu_rules *rules, const char *kind, const char *id)
{
    char buffer[CAUSE_BYTES];
    struct cause *cause;

    cause_name(buffer, sizeof buffer, kind, id);
    if ((cause = mu_table_find(&rules->causes, buffer)) != NULL)
        mu_cause_put(rules, cause);
}

void mu_cause_mark(mu_rules *rules, const char *kind, const char *id)
{
    char buffer[CAUSE_BYTES];
    struct cause *cause;

    cause_name(buffer, sizeof buffer, kind, id);
    cause = mu_table_find(&rules->causes, buffer);
    if (cause == NULL)
        cause = mu_cause_make(rules, buffer);
    if (cause == NULL)
        rules->err = MU_E_NO_MEMORY;
    else
        mu_cause_put(rules, cause);
}

bool mu_cause_is(const struct cause *cause, const char *kind)
{
    size_t size = strlen(kind);

    return strncmp(cause->name, kind, size) == 0 && cause->name[size] == ':';
}

void mu_cause_mark_open(mu_rules *rules, const char *kind)
{
    for (size_t i = 0; i < rules->open_count; i++)
        if (mu_cause_is(rules->open[i]->cause, kind))
            mu_cause_put(rules, rules->open[i]->cause);
}
