#include "agents/player/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A matrix of a hundred lines with ten fields each. */
#define PAIRS_MAX 4096u
#define PATH_BYTES 128u

/* ---- the document ------------------------------------------------------------------------------- */

enum mu_err mu_tree_read(struct mu_bytes text, mu_arena *arena, struct mu_mistake *mistake,
                         struct mu_tree *out)
{
    yaml_parser_t parser;
    enum mu_err err = MU_OK;

    *out = (struct mu_tree){.arena = arena, .mistake = mistake};
    if (!yaml_parser_initialize(&parser))
        return mu_mistaken(mistake, MU_E_NO_MEMORY, 0, "");
    yaml_parser_set_input_string(&parser, text.data, text.size);
    if (!yaml_parser_load(&parser, &out->document)) {
        err = mu_mistaken(mistake, MU_E_CONFIG, parser.problem_mark.line + 1,
                          parser.problem == NULL ? "" : parser.problem);
    } else if (yaml_document_get_root_node(&out->document) == NULL) {
        yaml_document_delete(&out->document);
        err = mu_mistaken(mistake, MU_E_CONFIG, 1, "");
    }
    yaml_parser_delete(&parser);
    return err;
}

size_t mu_tree_line(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

static enum mu_err not_a(struct mu_tree *tree, const yaml_node_t *node, const char *what)
{
    (void)mu_mistaken(tree->mistake, MU_E_BAD_VALUE, mu_tree_line(node), "");
    mu_mistake_hint(tree->mistake, what);
    return MU_E_BAD_VALUE;
}

static enum mu_err no_memory(struct mu_tree *tree, const yaml_node_t *node)
{
    return mu_mistaken(tree->mistake, MU_E_NO_MEMORY, mu_tree_line(node), "");
}

/* ---- words -------------------------------------------------------------------------------------- */

enum mu_err mu_tree_word(struct mu_tree *tree, yaml_node_t *node, const char **out)
{
    if (node->type != YAML_SCALAR_NODE)
        return not_a(tree, node, "a word");
    const char *text = (const char *)node->data.scalar.value;
    if (!mu_utf8_ok(text, node->data.scalar.length))
        return mu_mistaken(tree->mistake, MU_E_BAD_TEXT, mu_tree_line(node), "");
    *out = mu_arena_copy(tree->arena, text, node->data.scalar.length);
    return *out == NULL ? no_memory(tree, node) : MU_OK;
}

static yaml_node_t *item(struct mu_tree *tree, const yaml_node_t *list, size_t index)
{
    return yaml_document_get_node(&tree->document, list->data.sequence.items.start[index]);
}

size_t mu_tree_length(const yaml_node_t *list)
{
    return list->type != YAML_SEQUENCE_NODE
               ? 0
               : (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

enum mu_err mu_tree_words(struct mu_tree *tree, yaml_node_t *list, const char **out)
{
    char joined[1024];
    struct mu_text text = mu_text(joined, sizeof joined);

    if (list->type == YAML_SCALAR_NODE)
        return mu_tree_word(tree, list, out);
    if (list->type != YAML_SEQUENCE_NODE)
        return not_a(tree, list, "[a, b, c]");
    for (size_t i = 0; i < mu_tree_length(list); i++) {
        const char *word = NULL;
        enum mu_err err = mu_tree_word(tree, item(tree, list, i), &word);

        if (err != MU_OK)
            return err;
        mu_text_addf(&text, "%s%s", i == 0 ? "" : ",", word);
    }
    if (text.cut)
        return mu_mistaken(tree->mistake, MU_E_TOO_LARGE, mu_tree_line(list), "");
    *out = mu_arena_copy(tree->arena, joined, text.used);
    return *out == NULL ? no_memory(tree, list) : MU_OK;
}

/* ---- maps and lists ------------------------------------------------------------------------------ */

static enum mu_err take_pair(struct mu_tree *tree, const yaml_node_pair_t *pair,
                             const struct mu_tree_key *keys, uint64_t *taken, void *target)
{
    yaml_node_t *key = yaml_document_get_node(&tree->document, pair->key);
    const char *name = "";
    enum mu_err err = mu_tree_word(tree, key, &name);

    if (err != MU_OK)
        return err;
    for (size_t i = 0; keys[i].key != NULL; i++) {
        if (strcmp(keys[i].key, name) != 0)
            continue;
        if (*taken & (UINT64_C(1) << i))
            return mu_mistaken(tree->mistake, MU_E_EXISTS, mu_tree_line(key), name);
        *taken |= UINT64_C(1) << i;
        return keys[i].take(tree, yaml_document_get_node(&tree->document, pair->value), target);
    }
    return mu_mistaken(tree->mistake, MU_E_ABSENT, mu_tree_line(key), name);
}

enum mu_err mu_tree_map(struct mu_tree *tree, yaml_node_t *map, const struct mu_tree_key *keys,
                        void *target)
{
    uint64_t taken = 0;
    enum mu_err err = MU_OK;

    if (map->type != YAML_MAPPING_NODE)
        return not_a(tree, map, "{key: value}");
    for (yaml_node_pair_t *pair = map->data.mapping.pairs.start;
         err == MU_OK && pair < map->data.mapping.pairs.top; pair++)
        err = take_pair(tree, pair, keys, &taken, target);
    return err;
}

enum mu_err mu_tree_list(struct mu_tree *tree, yaml_node_t *list,
                         enum mu_err (*take)(struct mu_tree *, yaml_node_t *, void *), void *target)
{
    enum mu_err err = MU_OK;

    if (list->type != YAML_SEQUENCE_NODE)
        return not_a(tree, list, "[a, b, c]");
    for (size_t i = 0; err == MU_OK && i < mu_tree_length(list); i++)
        err = take(tree, item(tree, list, i), target);
    return err;
}

/* ---- flattening ----------------------------------------------------------------------------------- */

struct flat {
    struct mu_tree *tree;
    struct mu_pair **pairs;
    size_t *count;
};

static enum mu_err add_pair(struct flat *flat, const char *path, const char *value,
                            const yaml_node_t *node)
{
    struct mu_pair *grown;

    if (*flat->count == PAIRS_MAX)
        return mu_mistaken(flat->tree->mistake, MU_E_TOO_MANY, mu_tree_line(node), path);
    grown = realloc(*flat->pairs, (*flat->count + 1) * sizeof *grown);
    if (grown == NULL)
        return no_memory(flat->tree, node);
    *flat->pairs = grown;
    grown[*flat->count] = (struct mu_pair){
        .path = mu_arena_copy(flat->tree->arena, path, strlen(path)),
        .value = value,
        .line = mu_tree_line(node),
    };
    return grown[(*flat->count)++].path == NULL ? no_memory(flat->tree, node) : MU_OK;
}

/* A list of words is one value, "a,b,c"; of words that hold commas themselves, one value each. */
static bool is_word_list(struct mu_tree *tree, const yaml_node_t *list)
{
    for (size_t i = 0; i < mu_tree_length(list); i++) {
        const yaml_node_t *word = item(tree, list, i);

        if (word->type != YAML_SCALAR_NODE ||
            memchr(word->data.scalar.value, ',', word->data.scalar.length) != NULL)
            return false;
    }
    return mu_tree_length(list) > 0;
}

static enum mu_err flatten(struct flat *flat, yaml_node_t *node, const char *path, int depth);

static enum mu_err flatten_list(struct flat *flat, yaml_node_t *list, const char *path, int depth)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < mu_tree_length(list); i++) {
        char below[PATH_BYTES];

        if (snprintf(below, sizeof below, "%s[%zu]", path, i) >= (int)sizeof below)
            return mu_mistaken(flat->tree->mistake, MU_E_TOO_LARGE, mu_tree_line(list), path);
        err = flatten(flat, item(flat->tree, list, i), below, depth + 1);
    }
    return err;
}

static enum mu_err flatten_map(struct flat *flat, yaml_node_t *map, const char *path, int depth)
{
    enum mu_err err = MU_OK;

    for (yaml_node_pair_t *pair = map->data.mapping.pairs.start;
         err == MU_OK && pair < map->data.mapping.pairs.top; pair++) {
        yaml_document_t *document = &flat->tree->document;
        yaml_node_t *key = yaml_document_get_node(document, pair->key);
        const char *name = NULL;
        char below[PATH_BYTES];

        if ((err = mu_tree_word(flat->tree, key, &name)) != MU_OK)
            return err;
        if (snprintf(below, sizeof below, "%s%s%s", path, path[0] == '\0' ? "" : ".", name) >=
            (int)sizeof below)
            return mu_mistaken(flat->tree->mistake, MU_E_TOO_LARGE, mu_tree_line(key), name);
        err = flatten(flat, yaml_document_get_node(document, pair->value), below, depth + 1);
    }
    return err;
}

static enum mu_err flatten(struct flat *flat, yaml_node_t *node, const char *path, int depth)
{
    const char *value = NULL;
    enum mu_err err;

    if (depth > MU_TREE_DEPTH_MAX)
        return mu_mistaken(flat->tree->mistake, MU_E_TOO_DEEP, mu_tree_line(node), path);
    if (node->type == YAML_MAPPING_NODE)
        return flatten_map(flat, node, path, depth);
    if (node->type == YAML_SEQUENCE_NODE && !is_word_list(flat->tree, node))
        return flatten_list(flat, node, path, depth);
    err = node->type == YAML_SEQUENCE_NODE ? mu_tree_words(flat->tree, node, &value)
                                           : mu_tree_word(flat->tree, node, &value);
    return err != MU_OK ? err : add_pair(flat, path, value, node);
}

enum mu_err mu_tree_flatten(struct mu_tree *tree, yaml_node_t *node, const char *prefix,
                            struct mu_pair **pairs, size_t *count)
{
    struct flat flat = {.tree = tree};

    flat.pairs = pairs;
    flat.count = count;
    if (node->type != YAML_MAPPING_NODE)
        return not_a(tree, node, "{field: value}");
    return flatten(&flat, node, prefix, 0);
}
