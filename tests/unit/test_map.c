/*
 * tests/unit/test_map.c: keys find their own values, however many there are.
 */
#include <stdio.h>

#include "base/map.h"
#include "check.h"

enum { MANY = 5000 };

static void test_empty(void)
{
	AUTO_MAP map = { NULL, 0, 0, 0 };

	CHECK(!map_find(&map, TEXT("a")), "nothing is found in an empty map");
	map_release(&map);
	CHECK(!map.slots, "an empty map may be released");
}

static void test_same_key(void)
{
	AUTO_MAP map = { NULL, 0, 0, 0 };
	int first, second;
	void *held = NULL;

	CHECK(map_add(&map, TEXT("key"), &first, &held) == STATUS_OK && held == &first,
	      "a new key takes its value");
	CHECK(map_add(&map, TEXT("key"), &second, &held) == STATUS_OK && held == &first,
	      "a key that is there keeps its value and shows it");
	CHECK(map.count == 1, "and counts once");
	CHECK(map_add(&map, TEXT(""), &second, NULL) == STATUS_OK &&
		      map_find(&map, TEXT("")) == &second,
	      "the empty text is a key");
	CHECK(!map_find(&map, TEXT("ke")) && !map_find(&map, TEXT("keyy")),
	      "parts of a key and longer ones are other keys");
}

static void test_many(void)
{
	AUTO_MAP map = { NULL, 0, 0, 0 };
	static uint32_t numbers[MANY];
	static char names[MANY][16];
	size_t wrong = 0;
	uint32_t absent = MANY;

	for (uint32_t i = 0; i < MANY; i++) {
		numbers[i] = i;
		(void)snprintf(names[i], sizeof(names[i]), "user%u", i);
		CHECK_REQUIRE(map_add(&map, map_number(&numbers[i]), &numbers[i], NULL) ==
				      STATUS_OK,
			      "add");
		CHECK_REQUIRE(map_add(&map, text_of(names[i]), names[i], NULL) == STATUS_OK, "add");
	}
	for (uint32_t i = 0; i < MANY; i++)
		wrong += map_find(&map, map_number(&i)) != &numbers[i] ||
			 map_find(&map, text_of(names[i])) != names[i];
	CHECK(wrong == 0, "%d numbers and names are found after the map grew", MANY);
	CHECK(!map_find(&map, map_number(&absent)) && !map_find(&map, TEXT("user5000")),
	      "and no others");
	CHECK(map.count == 2 * (size_t)MANY && map.capacity >= 2 * map.count, "at most half full");
}

int main(void)
{
	test_empty();
	test_same_key();
	test_many();
	return check_done();
}
