/* A YAML document as the reference reader sees it: maps, lists and words, each with its line. */
#ifndef MU_PLAYER_TREE_H
#define MU_PLAYER_TREE_H

#include <yaml.h>

#include "agents/player/mistake.h"
#include "agents/player/reference.h"

/* Deeper than any field of the schema; also ends an anchor that names itself. */
#define MU_TREE_DEPTH_MAX 16

struct mu_tree {
    yaml_document_t document;
    mu_arena *arena;
    struct mu_mistake *mistake;
};

/* Errors: MU_E_CONFIG. End with yaml_document_delete when it returned MU_OK. */
MU_MUST_USE enum mu_err mu_tree_read(struct mu_bytes text, mu_arena *arena,
                                     struct mu_mistake *mistake, struct mu_tree *out);

/* One key of a map: `take` gets its value and puts it into `target`. A table ends with key NULL. */
struct mu_tree_key {
    const char *key;
    enum mu_err (*take)(struct mu_tree *tree, yaml_node_t *value, void *target);
};
/* Hand each value of a map to its key. Errors: MU_E_BAD_VALUE not a map; MU_E_ABSENT a key that is not
 * in the table; MU_E_EXISTS a key that stands there twice; what `take` returned. */
MU_MUST_USE enum mu_err mu_tree_map(struct mu_tree *tree, yaml_node_t *map,
                                    const struct mu_tree_key *keys, void *target);

/* The items of a list. Errors: MU_E_BAD_VALUE not a list; what `take` returned. */
MU_MUST_USE enum mu_err mu_tree_list(struct mu_tree *tree, yaml_node_t *list,
                                     enum mu_err (*take)(struct mu_tree *, yaml_node_t *, void *),
                                     void *target);
size_t mu_tree_length(const yaml_node_t *list);

/* A word, copied into the arena. Errors: MU_E_BAD_VALUE not a word; MU_E_BAD_TEXT; MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_tree_word(struct mu_tree *tree, yaml_node_t *node, const char **out);
/* A list of words as "a,b,c"; it may be written so in the first place. */
MU_MUST_USE enum mu_err mu_tree_words(struct mu_tree *tree, yaml_node_t *list, const char **out);

size_t mu_tree_line(const yaml_node_t *node);

/* Every word below `node` with its path, "legs[0].persons", in the order written: appended to *pairs.
 * `prefix` stands before each path. Errors: MU_E_TOO_DEEP, MU_E_TOO_MANY, MU_E_BAD_VALUE. */
MU_MUST_USE enum mu_err mu_tree_flatten(struct mu_tree *tree, yaml_node_t *node, const char *prefix,
                                        struct mu_pair **pairs, size_t *count);

#endif
