/* Trees and their proofs, against RFC 9162 and against a second, naive way of computing them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/digest.h"
#include "proto/sign/merkle.h"

#define LEAVES_MAX 70u

static struct mu_hash unhex(const char *hex)
{
    struct mu_hash h;

    assert_int_equal(mu_unhex(hex, h.b, sizeof h.b), MU_OK);
    return h;
}

/* ---- the naive tree: RFC 9162 section 2.1.1 word for word -------------------------------- */

static struct mu_hash naive_node(struct mu_hash left, struct mu_hash right)
{
    const uint8_t one = 1;
    const struct mu_bytes parts[] = {{&one, 1}, {left.b, 32}, {right.b, 32}};
    struct mu_hash out;

    mu_sha256_parts(parts, 3, &out);
    return out;
}

static struct mu_hash naive_root(const struct mu_hash *d, size_t n)
{
    size_t k = 1;
    struct mu_hash out;

    if (n == 0) {
        mu_sha256("", 0, &out);
        return out;
    }
    if (n == 1)
        return d[0];
    while (2 * k < n)
        k *= 2;
    return naive_node(naive_root(d, k), naive_root(d + k, n - k));
}

struct naive {
    struct mu_hash leaf[LEAVES_MAX];
    size_t size; /* leaves there are */
};

/* Complete subtrees only: a tree on disk has no others. */
static enum mu_err naive_subtree(void *from, unsigned level, uint64_t index, struct mu_hash *out)
{
    const struct naive *n = from;
    uint64_t size = UINT64_C(1) << level;

    assert_true(level < 64 && (index + 1) * size <= n->size);
    *out = naive_root(n->leaf + index * size, (size_t)size);
    return MU_OK;
}

static void fill(struct naive *n, size_t size)
{
    n->size = size;
    for (size_t i = 0; i < size; i++)
        mu_sha256(&i, sizeof i, &n->leaf[i]);
}

/* Repeatable noise. */
static uint64_t noise(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void flip(struct mu_hash *h, size_t bit)
{
    h->b[bit / 8 % 32] ^= (uint8_t)(1u << bit % 8);
}

/* ---- roots ------------------------------------------------------------------------------- */

/* The inputs and roots that implementations of Certificate Transparency share. */
static void roots_are_those_of_certificate_transparency(void **state)
{
    static const struct {
        const char *data;
        size_t size;
        const char *root; /* of the tree that ends with this entry */
    } entry[] = {
        {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    const uint8_t zero = 0;
    struct mu_hash leaf[8], root, want;

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        const struct mu_bytes parts[] = {{&zero, 1},
                                         {(const uint8_t *)entry[i].data, entry[i].size}};

        mu_sha256_parts(parts, 2, &leaf[i]);
        mu_tree_root(leaf, i + 1, &root);
        want = unhex(entry[i].root);
        assert_true(mu_hash_equal(&root, &want));
    }
}

static void the_edge_grows_as_the_tree_does(void **state)
{
    struct mu_edge edge = {.size = 0};
    struct naive n;

    (void)state;
    fill(&n, LEAVES_MAX);
    for (size_t size = 0; size <= LEAVES_MAX; size++) {
        struct mu_hash want = naive_root(n.leaf, size), grown, whole;

        mu_edge_root(&edge, &grown);
        mu_tree_root(n.leaf, size, &whole);
        assert_true(mu_hash_equal(&want, &grown));
        assert_true(mu_hash_equal(&want, &whole));
        if (size < LEAVES_MAX)
            mu_edge_add(&edge, &n.leaf[size]);
    }
}

/* ---- ranges ------------------------------------------------------------------------------ */

static bool leads_to(const struct naive *n, const struct mu_hash *leaves, uint64_t first,
                     uint64_t count, const struct mu_proof *proof, const struct mu_hash *want)
{
    struct mu_hash root;

    return mu_range_root(leaves, first, count, n->size, proof, &root) == MU_OK &&
           mu_hash_equal(&root, want);
}

/* A wrong bit somewhere in the proof and in the leaves; a hash too few, too many, two swapped. */
static void try_to_deceive(struct naive *n, uint64_t first, uint64_t count, struct mu_proof *proof,
                           const struct mu_hash *want, uint64_t *seed)
{
    struct mu_hash root, kept;

    for (size_t i = 0; i < proof->count; i++) {
        size_t bit = noise(seed) % 256;

        flip(&proof->hash[i], bit);
        assert_false(leads_to(n, n->leaf + first, first, count, proof, want));
        flip(&proof->hash[i], bit);
    }
    for (size_t i = first; i < first + count; i += 1 + count / 4) {
        size_t bit = noise(seed) % 256;

        flip(&n->leaf[i], bit);
        assert_false(leads_to(n, n->leaf + first, first, count, proof, want));
        flip(&n->leaf[i], bit);
    }
    if (proof->count > 1) {
        kept = proof->hash[0];
        proof->hash[0] = proof->hash[1];
        proof->hash[1] = kept;
        assert_false(leads_to(n, n->leaf + first, first, count, proof, want));
        proof->hash[1] = proof->hash[0];
        proof->hash[0] = kept;
    }
    memset(&proof->hash[proof->count++], 0, sizeof proof->hash[0]);
    assert_int_equal(mu_range_root(n->leaf + first, first, count, n->size, proof, &root),
                     MU_E_PROOF);
    proof->count--;
    if (proof->count > 0) {
        proof->count--;
        assert_int_equal(mu_range_root(n->leaf + first, first, count, n->size, proof, &root),
                         MU_E_PROOF);
        proof->count++;
    }
}

static void every_range_of_every_small_tree_is_proved(void **state)
{
    uint64_t seed = 88172645463325252u;
    struct mu_proof proof;
    struct naive n;

    (void)state;
    fill(&n, LEAVES_MAX);
    for (n.size = 1; n.size <= LEAVES_MAX; n.size++) {
        struct mu_hash want = naive_root(n.leaf, n.size);

        for (uint64_t first = 0; first < n.size; first++)
            for (uint64_t count = 1; count <= n.size - first; count++) {
                assert_int_equal(mu_range_prove(naive_subtree, &n, first, count, n.size, &proof),
                                 MU_OK);
                assert_true(leads_to(&n, n.leaf + first, first, count, &proof, &want));
                if (n.size <= 32 || noise(&seed) % 8 == 0)
                    try_to_deceive(&n, first, count, &proof, &want, &seed);
            }
    }
}

static void every_single_bit_of_a_proof_counts(void **state)
{
    struct mu_proof proof;
    struct mu_hash want;
    struct naive n;

    (void)state;
    fill(&n, 13);
    want = naive_root(n.leaf, n.size);
    for (uint64_t first = 0; first < n.size; first++)
        for (uint64_t count = 1; count <= n.size - first; count++) {
            assert_int_equal(mu_range_prove(naive_subtree, &n, first, count, n.size, &proof),
                             MU_OK);
            for (size_t bit = 0; bit < 256 * proof.count; bit++) {
                flip(&proof.hash[bit / 256], bit);
                assert_false(leads_to(&n, n.leaf + first, first, count, &proof, &want));
                flip(&proof.hash[bit / 256], bit);
            }
            for (size_t bit = 0; bit < 256 * count; bit++) {
                flip(&n.leaf[first + bit / 256], bit);
                assert_false(leads_to(&n, n.leaf + first, first, count, &proof, &want));
                flip(&n.leaf[first + bit / 256], bit);
            }
        }
}

/* A proof says where: elsewhere, or in a tree of another size, it must not hold. */
static void a_proof_fits_one_place_in_one_tree(void **state)
{
    struct mu_proof proof;
    struct mu_hash want, root;
    struct naive n;

    (void)state;
    fill(&n, 21);
    want = naive_root(n.leaf, n.size);
    for (uint64_t first = 0; first + 3 <= n.size; first++) {
        assert_int_equal(mu_range_prove(naive_subtree, &n, first, 3, n.size, &proof), MU_OK);
        for (uint64_t there = 0; there + 3 <= n.size; there++)
            if (there != first)
                assert_false(leads_to(&n, n.leaf + first, there, 3, &proof, &want));
        for (uint64_t size = first + 3; size <= LEAVES_MAX; size++) {
            if (size == n.size)
                continue;
            if (mu_range_root(n.leaf + first, first, 3, size, &proof, &root) == MU_OK)
                /* A tree of another size may be walked alike; its root then says nothing of its
                 * size, which is why a checkpoint binds both. */
                assert_true(mu_hash_equal(&root, &want));
        }
    }
}

static void a_range_that_is_not_there_is_not_proved(void **state)
{
    const uint64_t huge = UINT64_MAX;
    struct mu_proof proof;
    struct mu_hash root;
    struct naive n;

    (void)state;
    fill(&n, 5);
    assert_int_equal(mu_range_prove(naive_subtree, &n, 0, 0, 5, &proof), MU_E_BAD_VALUE);
    assert_int_equal(mu_range_prove(naive_subtree, &n, 5, 1, 5, &proof), MU_E_BAD_VALUE);
    assert_int_equal(mu_range_prove(naive_subtree, &n, 4, 2, 5, &proof), MU_E_BAD_VALUE);
    assert_int_equal(mu_range_prove(naive_subtree, &n, 4, huge, 5, &proof), MU_E_BAD_VALUE);
    assert_int_equal(mu_range_prove(naive_subtree, &n, 0, 1, 0, &proof), MU_E_BAD_VALUE);
    proof.count = 0;
    assert_int_equal(mu_range_root(n.leaf, 4, huge, 5, &proof, &root), MU_E_PROOF);
    assert_int_equal(mu_range_root(n.leaf, huge, 1, huge, &proof, &root), MU_E_PROOF);
    assert_int_equal(mu_range_root(n.leaf, 0, 0, 5, &proof, &root), MU_E_PROOF);
    proof.count = MU_PROOF_MAX + 1;
    assert_int_equal(mu_range_root(n.leaf, 0, 1, 5, &proof, &root), MU_E_PROOF);
}

static enum mu_err damaged(void *from, unsigned level, uint64_t index, struct mu_hash *out)
{
    (void)level;
    if (index == 1)
        return MU_E_CORRUPT;
    return naive_subtree(from, 0, index, out);
}

static void damage_below_is_passed_on(void **state)
{
    struct mu_proof proof;
    struct naive n;

    (void)state;
    fill(&n, 2);
    assert_int_equal(mu_range_prove(damaged, &n, 0, 1, 2, &proof), MU_E_CORRUPT);
    assert_int_equal(mu_consistency_prove(damaged, &n, 1, 2, &proof), MU_E_CORRUPT);
    assert_int_equal(mu_range_prove(damaged, &n, 1, 1, 2, &proof), MU_OK);
}

/* ---- large trees: everything outside a window of leaves is the same leaf ----------------- */

struct large {
    struct mu_hash same[64]; /* root of 2^level equal leaves */
    uint64_t first;          /* the window */
    uint64_t count;
    struct mu_hash window[40];
};

static enum mu_err large_subtree(void *from, unsigned level, uint64_t index, struct mu_hash *out)
{
    const struct large *t = from;
    uint64_t begin = index << level, end = begin + (UINT64_C(1) << level);
    struct mu_hash right;
    enum mu_err err;

    *out = t->same[level];
    if (end <= t->first || begin >= t->first + t->count)
        return MU_OK;
    *out = t->window[begin - t->first < t->count ? begin - t->first : 0];
    if (level == 0)
        return MU_OK;
    if ((err = large_subtree(from, level - 1, 2 * index, out)) != MU_OK ||
        (err = large_subtree(from, level - 1, 2 * index + 1, &right)) != MU_OK)
        return err;
    *out = naive_node(*out, right);
    return MU_OK;
}

/* Root of `size` leaves from `offset`, split from above, where the product builds from below. */
static struct mu_hash large_root(struct large *t, uint64_t offset, uint64_t size)
{
    unsigned level = 0;
    struct mu_hash out;

    while (level < 63 && UINT64_C(2) << level <= size)
        level++;
    if (UINT64_C(1) << level == size) {
        assert_int_equal(large_subtree(t, level, offset >> level, &out), MU_OK);
        return out;
    }
    return naive_node(
        large_root(t, offset, UINT64_C(1) << level),
        large_root(t, offset + (UINT64_C(1) << level), size - (UINT64_C(1) << level)));
}

static void make_large(struct large *t, uint64_t first, uint64_t count)
{
    mu_sha256("same", 4, &t->same[0]);
    for (unsigned level = 1; level < 64; level++)
        t->same[level] = naive_node(t->same[level - 1], t->same[level - 1]);
    t->first = first;
    t->count = count;
    for (uint64_t i = 0; i < count; i++)
        mu_sha256(&i, sizeof i, &t->window[i]);
}

static void ranges_of_trees_of_any_size_are_proved(void **state)
{
    uint64_t seed = 20310716;
    size_t longest = 0;
    struct large t;

    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        uint64_t size = (noise(&seed) >> noise(&seed) % 63) + 64;
        uint64_t count = 1 + noise(&seed) % 40, first = noise(&seed) % (size - count + 1);
        struct mu_hash want, root;
        struct mu_proof proof;

        make_large(&t, first, count);
        want = large_root(&t, 0, size);
        assert_int_equal(mu_range_prove(large_subtree, &t, first, count, size, &proof), MU_OK);
        assert_int_equal(mu_range_root(t.window, first, count, size, &proof, &root), MU_OK);
        assert_true(mu_hash_equal(&root, &want));
        flip(&t.window[noise(&seed) % count], noise(&seed) % 256);
        assert_int_equal(mu_range_root(t.window, first, count, size, &proof, &root), MU_OK);
        assert_false(mu_hash_equal(&root, &want));
        longest = proof.count > longest ? proof.count : longest;
    }
    assert_true(longest > 40 && longest <= MU_PROOF_MAX);
}

static void the_largest_tree_still_fits_a_proof(void **state)
{
    const uint64_t size = UINT64_MAX, middle = (UINT64_C(1) << 63) - 3;
    struct mu_hash want, root;
    struct mu_proof proof;
    struct large t;

    (void)state;
    make_large(&t, middle, 7);
    want = large_root(&t, 0, size);
    assert_int_equal(mu_range_prove(large_subtree, &t, middle, 7, size, &proof), MU_OK);
    assert_int_equal(mu_range_root(t.window, middle, 7, size, &proof, &root), MU_OK);
    assert_true(mu_hash_equal(&root, &want));
    assert_true(proof.count <= MU_PROOF_MAX);
}

/* ---- consistency ------------------------------------------------------------------------- */

/* RFC 9162 section 2.1.5: the example tree of seven leaves, its nodes by their letters. */
static void consistency_proofs_are_those_of_the_rfc(void **state)
{
    struct mu_hash c, d, g, i, j, k, l, root, old;
    struct mu_proof proof;
    struct naive n;

    (void)state;
    fill(&n, 7);
    c = n.leaf[2];
    d = n.leaf[3];
    g = naive_node(n.leaf[0], n.leaf[1]);
    i = naive_node(n.leaf[4], n.leaf[5]);
    j = n.leaf[6];
    k = naive_node(g, naive_node(c, d)); /* hash4 of the RFC */
    l = naive_node(i, j);
    root = naive_node(k, l);

    assert_int_equal(mu_consistency_prove(naive_subtree, &n, 3, 7, &proof), MU_OK);
    assert_int_equal(proof.count, 4);
    assert_memory_equal(proof.hash[0].b, c.b, 32);
    assert_memory_equal(proof.hash[1].b, d.b, 32);
    assert_memory_equal(proof.hash[2].b, g.b, 32);
    assert_memory_equal(proof.hash[3].b, l.b, 32);
    old = naive_node(g, c); /* hash0 */
    assert_int_equal(mu_consistency_check(3, &old, 7, &root, &proof), MU_OK);

    assert_int_equal(mu_consistency_prove(naive_subtree, &n, 4, 7, &proof), MU_OK);
    assert_int_equal(proof.count, 1);
    assert_memory_equal(proof.hash[0].b, l.b, 32);
    assert_int_equal(mu_consistency_check(4, &k, 7, &root, &proof), MU_OK);

    assert_int_equal(mu_consistency_prove(naive_subtree, &n, 6, 7, &proof), MU_OK);
    assert_int_equal(proof.count, 3);
    assert_memory_equal(proof.hash[0].b, i.b, 32);
    assert_memory_equal(proof.hash[1].b, j.b, 32);
    assert_memory_equal(proof.hash[2].b, k.b, 32);
    old = naive_node(k, i); /* hash2 */
    assert_int_equal(mu_consistency_check(6, &old, 7, &root, &proof), MU_OK);
}

static void refuse_changed_proofs(uint64_t old, const struct mu_hash *old_root, uint64_t size,
                                  const struct mu_hash *root, struct mu_proof *proof,
                                  uint64_t *seed)
{
    struct mu_hash wrong = *old_root;

    flip(&wrong, noise(seed) % 256);
    assert_int_equal(mu_consistency_check(old, &wrong, size, root, proof), MU_E_PROOF);
    wrong = *root;
    flip(&wrong, noise(seed) % 256);
    assert_int_equal(mu_consistency_check(old, old_root, size, &wrong, proof), MU_E_PROOF);
    for (size_t bit = 0; bit < 256 * proof->count; bit += 1 + noise(seed) % 16) {
        flip(&proof->hash[bit / 256], bit);
        assert_int_equal(mu_consistency_check(old, old_root, size, root, proof), MU_E_PROOF);
        flip(&proof->hash[bit / 256], bit);
    }
    proof->hash[proof->count++] = *root;
    assert_int_equal(mu_consistency_check(old, old_root, size, root, proof), MU_E_PROOF);
    proof->count--;
    if (proof->count > 0) {
        proof->count--;
        assert_int_equal(mu_consistency_check(old, old_root, size, root, proof), MU_E_PROOF);
        proof->count++;
    }
}

static void every_small_tree_continues_every_smaller_one(void **state)
{
    uint64_t seed = 4711;
    struct mu_proof proof;
    struct naive n;

    (void)state;
    fill(&n, LEAVES_MAX);
    for (n.size = 1; n.size <= LEAVES_MAX; n.size++)
        for (size_t old = 0; old <= n.size; old++) {
            struct mu_hash old_root = naive_root(n.leaf, old);
            struct mu_hash root = naive_root(n.leaf, n.size);

            assert_int_equal(mu_consistency_prove(naive_subtree, &n, old, n.size, &proof), MU_OK);
            assert_int_equal(mu_consistency_check(old, &old_root, n.size, &root, &proof), MU_OK);
            if (old > 0 && old < n.size)
                refuse_changed_proofs(old, &old_root, n.size, &root, &proof, &seed);
        }
}

/* The point of it: a record with one old entry rewritten cannot be shown to continue the old one. */
static void a_rewritten_past_is_caught(void **state)
{
    struct mu_proof proof;
    struct naive n;

    (void)state;
    fill(&n, 40);
    for (size_t old = 1; old < 40; old++) {
        struct mu_hash old_root = naive_root(n.leaf, old), root;

        flip(&n.leaf[old / 2], 5);
        root = naive_root(n.leaf, 40);
        assert_int_equal(mu_consistency_prove(naive_subtree, &n, old, 40, &proof), MU_OK);
        assert_int_equal(mu_consistency_check(old, &old_root, 40, &root, &proof), MU_E_PROOF);
        flip(&n.leaf[old / 2], 5);
    }
}

/* A true root under a wrong size: the hashes fit, the way up does not end where that size says. */
static void a_head_that_lies_about_its_size_is_caught(void **state)
{
    struct mu_hash four, eight;
    struct mu_proof proof;
    struct naive n;

    (void)state;
    fill(&n, 8);
    four = naive_root(n.leaf, 4);
    eight = naive_root(n.leaf, 8);
    assert_int_equal(mu_consistency_prove(naive_subtree, &n, 4, 8, &proof), MU_OK);
    assert_int_equal(mu_consistency_check(4, &four, 8, &eight, &proof), MU_OK);
    for (uint64_t size = 9; size <= 64; size++)
        assert_int_equal(mu_consistency_check(4, &four, size, &eight, &proof), MU_E_PROOF);
}

static void trees_do_not_shrink(void **state)
{
    struct mu_hash five, three, none = {{0}}, other = {{1}};
    struct mu_proof proof;
    struct naive n;

    (void)state;
    fill(&n, 5);
    five = naive_root(n.leaf, 5);
    three = naive_root(n.leaf, 3);
    assert_int_equal(mu_consistency_prove(naive_subtree, &n, 6, 5, &proof), MU_E_BAD_VALUE);
    proof.count = 0;
    assert_int_equal(mu_consistency_check(5, &five, 3, &three, &proof), MU_E_PROOF);
    assert_int_equal(mu_consistency_check(5, &five, 5, &three, &proof), MU_E_PROOF);
    assert_int_equal(mu_consistency_check(3, &three, 5, &five, &proof), MU_E_PROOF);
    assert_int_equal(mu_consistency_check(4, &three, 5, &five, &proof), MU_E_PROOF);
    /* Nothing held yet contradicts nothing; a made-up root of nothing does. */
    assert_int_equal(mu_consistency_check(0, &none, 5, &five, &proof), MU_OK);
    assert_int_equal(mu_consistency_check(0, &other, 5, &five, &proof), MU_E_PROOF);
}

static void large_trees_continue_larger_ones(void **state)
{
    uint64_t seed = 99;
    struct large t;

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        uint64_t size = (noise(&seed) >> noise(&seed) % 63) + 64;
        uint64_t old = 1 + noise(&seed) % size, first = noise(&seed) % (size - 40);
        struct mu_hash old_root, root;
        struct mu_proof proof;

        make_large(&t, first, 40);
        old_root = large_root(&t, 0, old);
        root = large_root(&t, 0, size);
        assert_int_equal(mu_consistency_prove(large_subtree, &t, old, size, &proof), MU_OK);
        assert_int_equal(mu_consistency_check(old, &old_root, size, &root, &proof), MU_OK);
        flip(&old_root, noise(&seed) % 256);
        assert_int_equal(mu_consistency_check(old, &old_root, size, &root, &proof), MU_E_PROOF);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_those_of_certificate_transparency),
        cmocka_unit_test(the_edge_grows_as_the_tree_does),
        cmocka_unit_test(every_range_of_every_small_tree_is_proved),
        cmocka_unit_test(every_single_bit_of_a_proof_counts),
        cmocka_unit_test(a_proof_fits_one_place_in_one_tree),
        cmocka_unit_test(a_range_that_is_not_there_is_not_proved),
        cmocka_unit_test(damage_below_is_passed_on),
        cmocka_unit_test(ranges_of_trees_of_any_size_are_proved),
        cmocka_unit_test(the_largest_tree_still_fits_a_proof),
        cmocka_unit_test(consistency_proofs_are_those_of_the_rfc),
        cmocka_unit_test(every_small_tree_continues_every_smaller_one),
        cmocka_unit_test(a_rewritten_past_is_caught),
        cmocka_unit_test(a_head_that_lies_about_its_size_is_caught),
        cmocka_unit_test(trees_do_not_shrink),
        cmocka_unit_test(large_trees_continue_larger_ones),
    };

    return cmocka_run_group_tests_name("sign/merkle", tests, NULL, NULL);
}
