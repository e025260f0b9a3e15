/* Tiles and edge against a tree computed from scratch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker/log/tiles.h"
#include "proto/sign/digest.h"

#define LEAVES 5000u

/* Tiles kept in memory, in the order in which they were filed. */
struct shelf {
    uint64_t last; /* number of the tile filed last: they must only grow */
    struct mu_hash level[4][LEAVES / 16 + 1][16];
};

static struct shelf shelf;
static struct mu_hash leaves[LEAVES];

static enum mu_err file_tile(void *to, unsigned level, uint64_t index,
                             const struct mu_hash hashes[MU_TILE_WIDTH])
{
    struct shelf *s = to;

    assert_true(level < 4);
    assert_true(mu_tile_number(level, index) > s->last);
    s->last = mu_tile_number(level, index);
    memcpy(s->level[level][index], hashes, MU_TILE_BYTES);
    return MU_OK;
}

static enum mu_err get_tile(void *from, unsigned level, uint64_t index, const uint8_t **hashes)
{
    struct shelf *s = from;

    *hashes = s->level[level][index][0].b;
    return MU_OK;
}

static int make_leaves(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LEAVES; i++)
        mu_sha256(&i, sizeof i, &leaves[i]);
    return 0;
}

static void check_every_node(const struct mu_tiles *tiles)
{
    uint64_t size = tiles->edge.size;
    struct mu_hash node, wanted;

    for (unsigned level = 0; size >> level > 0; level++) {
        uint64_t whole = size >> level;

        for (uint64_t index = 0; index < whole; index++) {
            assert_int_equal(mu_tiles_node(tiles, get_tile, &shelf, level, index, &node), MU_OK);
            mu_tree_root(&leaves[index << level], (size_t)1 << level, &wanted);
            assert_memory_equal(&node, &wanted, sizeof node);
        }
        assert_int_equal(mu_tiles_node(tiles, get_tile, &shelf, level, whole, &node), MU_E_ABSENT);
    }
}

static void the_edge_is_the_root_of_what_was_added(void **state)
{
    struct mu_tiles tiles = {0};
    struct mu_hash root, wanted;

    (void)state;
    memset(&shelf, 0, sizeof shelf);
    for (size_t size = 1; size <= 700; size++) {
        assert_int_equal(mu_tiles_add(&tiles, &leaves[size - 1], file_tile, &shelf), MU_OK);
        mu_edge_root(&tiles.edge, &root);
        mu_tree_root(leaves, size, &wanted);
        assert_memory_equal(&root, &wanted, sizeof root);
        assert_int_equal(mu_tiles_check(&tiles, get_tile, &shelf), MU_OK);
        if (size % 37 == 0 || size == 256 || size == 257)
            check_every_node(&tiles);
    }
}

static void the_edge_comes_back_from_its_row(void **state)
{
    static struct mu_tiles tiles, back;
    uint8_t row[8192];

    (void)state;
    memset(&shelf, 0, sizeof shelf);
    for (size_t size = 1; size <= LEAVES; size++) {
        struct mu_writer w = mu_writer(row, sizeof row);
        struct mu_reader r;
        struct mu_hash root, wanted;

        assert_int_equal(mu_tiles_add(&tiles, &leaves[size - 1], file_tile, &shelf), MU_OK);
        mu_tiles_write(&w, &tiles);
        assert_true(mu_writer_ok(&w));
        assert_int_equal(w.used, mu_tiles_bytes(size));
        r = mu_reader(mu_written(&w));
        memset(&back, 0xA5, sizeof back);
        assert_int_equal(mu_tiles_read(&r, &back), MU_OK);
        assert_true(mu_reader_end(&r));
        mu_edge_root(&tiles.edge, &wanted);
        mu_edge_root(&back.edge, &root);
        assert_memory_equal(&root, &wanted, sizeof root);
        r = mu_reader((struct mu_bytes){row, w.used - 1});
        assert_int_equal(mu_tiles_read(&r, &back), MU_E_CORRUPT);
    }
}

static void an_older_edge_can_be_asked_for(void **state)
{
    static struct mu_tiles tiles;
    struct mu_edge old;
    struct mu_hash root, wanted;

    (void)state;
    memset(&shelf, 0, sizeof shelf);
    for (size_t i = 0; i < LEAVES; i++)
        assert_int_equal(mu_tiles_add(&tiles, &leaves[i], file_tile, &shelf), MU_OK);
    for (size_t size = 1; size <= LEAVES; size += 113) {
        assert_int_equal(mu_tiles_edge_at(&tiles, get_tile, &shelf, size, &old), MU_OK);
        mu_edge_root(&old, &root);
        mu_tree_root(leaves, size, &wanted);
        assert_memory_equal(&root, &wanted, sizeof root);
    }
    assert_int_equal(mu_tiles_edge_at(&tiles, get_tile, &shelf, LEAVES + 1, &old), MU_E_ABSENT);
}

static void a_changed_tile_does_not_fit_the_edge(void **state)
{
    static struct mu_tiles tiles;

    (void)state;
    memset(&shelf, 0, sizeof shelf);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(mu_tiles_add(&tiles, &leaves[i], file_tile, &shelf), MU_OK);
    assert_int_equal(mu_tiles_check(&tiles, get_tile, &shelf), MU_OK);
    shelf.level[0][16][3].b[9] ^= 4; /* below the tile being filled */
    assert_int_equal(mu_tiles_check(&tiles, get_tile, &shelf), MU_E_CORRUPT);
    shelf.level[0][16][3].b[9] ^= 4;
    shelf.level[1][0][0].b[0] ^= 1;
    assert_int_equal(mu_tiles_check(&tiles, get_tile, &shelf), MU_E_CORRUPT);
}

static enum mu_err no_room(void *to, unsigned level, uint64_t index,
                           const struct mu_hash hashes[MU_TILE_WIDTH])
{
    (void)to;
    (void)level;
    (void)index;
    (void)hashes;
    return MU_E_FULL;
}

static void a_tile_that_finds_no_room_is_said(void **state)
{
    static struct mu_tiles tiles;

    (void)state;
    for (size_t i = 0; i < 15; i++)
        assert_int_equal(mu_tiles_add(&tiles, &leaves[i], no_room, NULL), MU_OK);
    assert_int_equal(mu_tiles_add(&tiles, &leaves[15], no_room, NULL), MU_E_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_edge_is_the_root_of_what_was_added),
        cmocka_unit_test(the_edge_comes_back_from_its_row),
        cmocka_unit_test(an_older_edge_can_be_asked_for),
        cmocka_unit_test(a_changed_tile_does_not_fit_the_edge),
        cmocka_unit_test(a_tile_that_finds_no_room_is_said),
    };

    return cmocka_run_group_tests_name("tiles", tests, make_leaves, NULL);
}
