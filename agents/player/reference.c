#include "agents/player/reference.h"

#include <stdlib.h>
#include <string.h>

#include "agents/player/tree.h"

/* A county of a thousand objects with fifty fields each. */
#define REFERENCE_BYTES_MAX (16u * 1024u * 1024u)
#define OBJECTS_MAX 5000u

/* What is read first and understood when all of it is there: `start` needs `offset`. */
struct draft {
    struct mu_reference *reference;
    const char *start, *prelude, *rate;
};

/* ---- a county in words --------------------------------------------------------------------------- */

struct name {
    const char *zh, *en;
};

static enum mu_err take_zh(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct name *)target)->zh);
}

static enum mu_err take_en(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct name *)target)->en);
}

static const struct mu_tree_key name_keys[] = {{"zh", take_zh}, {"en", take_en}, {NULL, NULL}};

/* A name given in one language serves for both. */
static enum mu_err read_name(struct mu_tree *tree, yaml_node_t *value, const char **zh,
                             const char **en)
{
    struct name name = {NULL, NULL};
    enum mu_err err = mu_tree_map(tree, value, name_keys, &name);

    if (err != MU_OK)
        return err;
    if (name.zh == NULL && name.en == NULL)
        return mu_mistaken(tree->mistake, MU_E_MISSING, mu_tree_line(value), "name");
    *zh = name.zh != NULL ? name.zh : name.en;
    *en = name.en != NULL ? name.en : name.zh;
    return MU_OK;
}

static enum mu_err take_county(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct mu_reference *reference = ((struct draft *)target)->reference;

    return read_name(tree, value, &reference->county_zh, &reference->county_en);
}

/* ---- agencies ------------------------------------------------------------------------------------ */

static enum mu_err take_code(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct mu_place_agency *)target)->code);
}

static enum mu_err take_agency_name(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct mu_place_agency *agency = target;

    return read_name(tree, value, &agency->zh, &agency->en);
}

static enum mu_err take_roles(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_words(tree, value, &((struct mu_place_agency *)target)->roles);
}

static enum mu_err take_home(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct mu_place_agency *)target)->area);
}

static enum mu_err take_telephone(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct mu_place_agency *)target)->telephone);
}

static const struct mu_tree_key agency_keys[] = {
    {"code", take_code}, {"name", take_agency_name},    {"roles", take_roles},
    {"area", take_home}, {"telephone", take_telephone}, {NULL, NULL},
};

static enum mu_err take_agency(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct mu_reference *reference = target;
    struct mu_place_agency agency = {.roles = "", .telephone = ""};
    enum mu_err err = mu_tree_map(tree, value, agency_keys, &agency);

    if (err != MU_OK)
        return err;
    if (agency.code == NULL || agency.zh == NULL)
        return mu_mistaken(tree->mistake, MU_E_MISSING, mu_tree_line(value),
                           agency.code == NULL ? "code" : "name");
    if (mu_reference_agency(reference, agency.code) != NULL)
        return mu_mistaken(tree->mistake, MU_E_EXISTS, mu_tree_line(value), agency.code);
    reference->agencies[reference->agency_count++] = agency;
    return MU_OK;
}

/* Room for as many as the list has. */
static enum mu_err make_room(struct mu_tree *tree, yaml_node_t *list, size_t size, void *out)
{
    size_t count = mu_tree_length(list);
    void *room;

    if (count > OBJECTS_MAX)
        return mu_mistaken(tree->mistake, MU_E_TOO_MANY, mu_tree_line(list), "");
    room = mu_arena_take(tree->arena, (count == 0 ? 1 : count) * size);
    if (room == NULL)
        return mu_mistaken(tree->mistake, MU_E_NO_MEMORY, mu_tree_line(list), "");
    memcpy(out, &room, sizeof room);
    return MU_OK;
}

static enum mu_err take_agencies(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct mu_reference *reference = ((struct draft *)target)->reference;
    enum mu_err err = make_room(tree, value, sizeof *reference->agencies, &reference->agencies);

    return err != MU_OK ? err : mu_tree_list(tree, value, take_agency, reference);
}

/* ---- programs: agency to list of program names ----------------------------------------------------- */

struct desk {
    struct mu_reference *reference;
    const char *agency;
};

static enum mu_err take_program(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct desk *desk = target;
    struct mu_reference *reference = desk->reference;
    struct mu_place_program *grown =
        mu_arena_take(tree->arena, (reference->program_count + 1) * sizeof *grown);

    if (grown == NULL)
        return mu_mistaken(tree->mistake, MU_E_NO_MEMORY, mu_tree_line(value), "");
    if (reference->program_count > 0)
        memcpy(grown, reference->programs, reference->program_count * sizeof *grown);
    reference->programs = grown;
    grown[reference->program_count].agency = desk->agency;
    return mu_tree_word(tree, value, &grown[reference->program_count++].program);
}

static enum mu_err take_programs(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct desk desk = {((struct draft *)target)->reference, NULL};
    enum mu_err err = MU_OK;

    if (value->type != YAML_MAPPING_NODE)
        return mu_mistaken(tree->mistake, MU_E_BAD_VALUE, mu_tree_line(value), "programs");
    for (yaml_node_pair_t *pair = value->data.mapping.pairs.start;
         err == MU_OK && pair < value->data.mapping.pairs.top; pair++) {
        err = mu_tree_word(tree, yaml_document_get_node(&tree->document, pair->key), &desk.agency);
        if (err == MU_OK)
            err = mu_tree_list(tree, yaml_document_get_node(&tree->document, pair->value),
                               take_program, &desk);
    }
    return err;
}

/* ---- objects --------------------------------------------------------------------------------------- */

struct object_draft {
    struct mu_place_object object;
    struct mu_pair *pairs; /* malloc'd while it grows */
    size_t count;
};

static enum mu_err take_kind(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct object_draft *)target)->object.kind);
}

static enum mu_err take_by(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct object_draft *)target)->object.by);
}

static enum mu_err take_object_id(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct object_draft *)target)->object.object);
}

static enum mu_err take_object_area(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct object_draft *)target)->object.area);
}

static enum mu_err take_set(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct object_draft *draft = target;

    return mu_tree_flatten(tree, value, "", &draft->pairs, &draft->count);
}

static enum mu_err take_envelope(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct object_draft *draft = target;

    return mu_tree_flatten(tree, value, "envelope", &draft->pairs, &draft->count);
}

static const struct mu_tree_key object_keys[] = {
    {"kind", take_kind},
    {"by", take_by},
    {"object", take_object_id},
    {"area", take_object_area},
    {"set", take_set},
    {"envelope", take_envelope},
    {NULL, NULL},
};

static enum mu_err finish_object(struct mu_tree *tree, const yaml_node_t *node,
                                 const struct object_draft *draft, struct mu_reference *reference)
{
    struct mu_place_object object = draft->object;

    object.line = mu_tree_line(node);
    if (object.kind == NULL || object.by == NULL)
        return mu_mistaken(tree->mistake, MU_E_MISSING, object.line,
                           object.kind == NULL ? "kind" : "by");
    object.pair_count = draft->count;
    object.pairs =
        mu_arena_copy(tree->arena, draft->pairs == NULL ? (const void *)"" : draft->pairs,
                      draft->count * sizeof *draft->pairs);
    if (object.pairs == NULL)
        return mu_mistaken(tree->mistake, MU_E_NO_MEMORY, object.line, "");
    reference->objects[reference->object_count++] = object;
    return MU_OK;
}

static enum mu_err take_object(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct object_draft draft = {.count = 0};
    enum mu_err err = mu_tree_map(tree, value, object_keys, &draft);

    if (err == MU_OK)
        err = finish_object(tree, value, &draft, target);
    free(draft.pairs);
    return err;
}

static enum mu_err take_objects(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct mu_reference *reference = ((struct draft *)target)->reference;
    enum mu_err err = make_room(tree, value, sizeof *reference->objects, &reference->objects);

    return err != MU_OK ? err : mu_tree_list(tree, value, take_object, reference);
}

/* ---- the file --------------------------------------------------------------------------------------- */

static enum mu_err take_area(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct draft *)target)->reference->area);
}

static enum mu_err take_incident(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct draft *)target)->reference->incident);
}

static enum mu_err take_offset(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct mu_reference *reference = ((struct draft *)target)->reference;
    enum mu_err err = mu_tree_word(tree, value, &reference->offset);

    if (err != MU_OK || mu_hours_offset(reference->offset, &reference->hours.offset_min))
        return err;
    return mu_mistaken(tree->mistake, MU_E_BAD_VALUE, mu_tree_line(value), reference->offset);
}

static enum mu_err take_start(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct draft *)target)->start);
}

static enum mu_err take_prelude(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    return mu_tree_word(tree, value, &((struct draft *)target)->prelude);
}

static enum mu_err take_rate(struct mu_tree *tree, yaml_node_t *value, void *target)
{
    struct draft *draft = target;
    enum mu_err err = mu_tree_word(tree, value, &draft->rate);

    if (err != MU_OK)
        return err;
    char *end;
    unsigned long rate = strtoul(draft->rate, &end, 10);
    if (draft->rate[0] < '1' || draft->rate[0] > '9' || *end != '\0' || rate > 86400)
        return mu_mistaken(tree->mistake, MU_E_BAD_VALUE, mu_tree_line(value), draft->rate);
    draft->reference->hours.rate = (uint32_t)rate;
    return MU_OK;
}

static const struct mu_tree_key file_keys[] = {
    {"county", take_county},
    {"area", take_area},
    {"offset", take_offset},
    {"start", take_start},
    {"prelude", take_prelude},
    {"rate", take_rate},
    {"incident", take_incident},
    {"agencies", take_agencies},
    {"programs", take_programs},
    {"objects", take_objects},
    {NULL, NULL},
};

static enum mu_err check_present(const struct draft *draft, struct mu_mistake *mistake)
{
    const struct mu_reference *reference = draft->reference;
    const struct {
        const char *key;
        bool there;
    } needed[] = {
        {"county", reference->county_zh != NULL},  {"area", reference->area != NULL},
        {"offset", reference->offset != NULL},     {"start", draft->start != NULL},
        {"agencies", reference->agency_count > 0},
    };

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!needed[i].there)
            return mu_mistaken(mistake, MU_E_MISSING, 0, needed[i].key);
    return MU_OK;
}

static enum mu_err set_hours(const struct draft *draft, struct mu_mistake *mistake)
{
    struct mu_hours *hours = &draft->reference->hours;

    if (hours->rate == 0)
        hours->rate = 1;
    if (!mu_hours_date(draft->start, hours->offset_min, &hours->start_ms))
        return mu_mistaken(mistake, MU_E_BAD_VALUE, 0, draft->start);
    hours->prelude_ms = hours->start_ms;
    if (draft->prelude != NULL &&
        (!mu_hours_date(draft->prelude, hours->offset_min, &hours->prelude_ms) ||
         hours->prelude_ms > hours->start_ms))
        return mu_mistaken(mistake, MU_E_BAD_VALUE, 0, draft->prelude);
    return MU_OK;
}

/* Whoever is named must be one of the agencies; "admin" is the county's administrator. */
static enum mu_err check_names(const struct mu_reference *reference, struct mu_mistake *mistake)
{
    for (size_t i = 0; i < reference->object_count; i++) {
        const struct mu_place_object *object = &reference->objects[i];

        if (strcmp(object->by, "admin") != 0 && mu_reference_agency(reference, object->by) == NULL)
            return mu_mistaken(mistake, MU_E_ABSENT, object->line, object->by);
    }
    for (size_t i = 0; i < reference->program_count; i++)
        if (mu_reference_agency(reference, reference->programs[i].agency) == NULL)
            return mu_mistaken(mistake, MU_E_ABSENT, 0, reference->programs[i].agency);
    return MU_OK;
}

enum mu_err mu_reference_read(struct mu_bytes text, struct mu_reference *out,
                              struct mu_mistake *mistake)
{
    struct draft draft = {.reference = out};
    struct mu_tree tree;
    enum mu_err err;

    *out = (struct mu_reference){.arena = mu_arena_make(REFERENCE_BYTES_MAX)};
    if ((err = mu_tree_read(text, &out->arena, mistake, &tree)) != MU_OK)
        return err;
    err = mu_tree_map(&tree, yaml_document_get_root_node(&tree.document), file_keys, &draft);
    yaml_document_delete(&tree.document);
    if (err == MU_OK)
        err = check_present(&draft, mistake);
    if (err == MU_OK)
        err = set_hours(&draft, mistake);
    return err != MU_OK ? err : check_names(out, mistake);
}

void mu_reference_free(struct mu_reference *reference)
{
    mu_arena_free(&reference->arena);
}

const struct mu_place_agency *mu_reference_agency(const struct mu_reference *reference,
                                                  const char *code)
{
    for (size_t i = 0; i < reference->agency_count; i++)
        if (strcmp(reference->agencies[i].code, code) == 0)
            return &reference->agencies[i];
    return NULL;
}
