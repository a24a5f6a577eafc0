/*
 * tests/unit/test_base_memory.c: buffers, arenas and secrets, up to their limits.
 */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/secret.h"
#include "check.h"

static void test_buffer_maximum(void)
{
	AUTO_BUFFER buffer;

	buffer_init(&buffer, 5);
	CHECK(text_is(buffer_text(&buffer), ""), "a fresh buffer is empty text");
	CHECK(buffer_append(&buffer, TEXT("abc")) == STATUS_OK, "three bytes");
	CHECK(buffer_append(&buffer, TEXT("def")) == STATUS_BAD_INPUT, "three more than fit");
	CHECK(text_is(buffer_text(&buffer), "abc"), "leave the buffer as it was");
	CHECK(buffer_append_format(&buffer, "%d", 123) == STATUS_BAD_INPUT, "a format too long");
	CHECK(text_is(buffer_text(&buffer), "abc"), "leaves it too");
	CHECK(buffer_append_format(&buffer, "%d", 45) == STATUS_OK, "a format that just fits");
	CHECK(strcmp(buffer.bytes, "abc45") == 0, "a NUL stands behind the last byte");
	CHECK(buffer_append(&buffer, TEXT("")) == STATUS_OK, "nothing fits into a full buffer");
	CHECK(buffer_append(&buffer, TEXT("x")) == STATUS_BAD_INPUT, "a byte does not");
	buffer_release(&buffer);
	CHECK(buffer.length == 0 && !buffer.bytes && buffer.maximum == 5, "released, it is empty");
	CHECK(buffer_append(&buffer, TEXT("again")) == STATUS_OK, "and usable with its maximum");
}

static void test_buffer_growth(void)
{
	AUTO_BUFFER buffer, huge;
	bool is_right = true;

	buffer_init(&buffer, 100000);
	for (unsigned i = 0; i < 100000; i++) {
		char byte = (char)('a' + i % 26);

		is_right =
			is_right && buffer_append(&buffer, (struct text){ &byte, 1 }) == STATUS_OK;
	}
	for (unsigned i = 0; i < 100000; i++)
		is_right = is_right && buffer.bytes[i] == (char)('a' + i % 26);
	CHECK(is_right, "what was appended byte by byte is there");
	CHECK(buffer.capacity <= 100001, "the heap holds no more than maximum and NUL");
	buffer_init(&huge, SIZE_MAX);
	CHECK(buffer_reserve(&huge, SIZE_MAX) == STATUS_NO_MEMORY, "no room for all of memory");
	CHECK(buffer_append(&huge, TEXT("abc")) == STATUS_OK, "three bytes all the same");
	CHECK(buffer_reserve(&huge, 5000) == STATUS_OK && huge.capacity > 5003 &&
		      text_is(buffer_text(&huge), "abc"),
	      "room is made, the bytes stay");
}

static void test_arena_limits(void)
{
	AUTO_ARENA arena;
	struct arena zero = { .newest = NULL };
	unsigned taken = 0;

	arena_init(&arena, 10000);
	CHECK(!arena_take(&arena, SIZE_MAX, 2), "count times size overflows");
	CHECK(!arena_take(&arena, SIZE_MAX, 1), "all of memory");
	CHECK(!arena_take(&arena, 1, 10001), "more than the maximum");
	CHECK(!arena_text(&arena, (struct text){ "", SIZE_MAX }).bytes, "a text without an end");
	while (taken <= 10000 && arena_take(&arena, 1, 100))
		taken++;
	CHECK(taken >= 85 && taken <= 100, "%u things of 100 bytes in 10000", taken);
	CHECK(arena.used <= 10000, "never more from the heap than allowed");
	arena_release(&arena);
	CHECK(arena.used == 0 && !arena.newest, "released, nothing is used");
	CHECK(arena_take(&arena, 1, 100), "and it can be used again");
	CHECK(!arena_take(&zero, 1, 1), "a zeroed arena has nothing to give");
	arena_release(&zero);
}

static void test_arena_memory(void)
{
	AUTO_ARENA arena;
	struct text copy;
	bool is_aligned = true, is_zero = true;

	arena_init(&arena, 10 << 20);
	for (size_t size = 1; size < 3000; size++) {
		unsigned char *bytes = arena_take(&arena, 1, size);

		CHECK_REQUIRE(bytes, "memory");
		is_aligned = is_aligned && (uintptr_t)bytes % _Alignof(max_align_t) == 0;
		for (size_t i = 0; i < size; i++)
			is_zero = is_zero && bytes[i] == 0;
		memset(bytes, 0xff, size);
		CHECK_REQUIRE(arena_text(&arena, TEXT("odd")).bytes, "memory");
	}
	CHECK(is_aligned, "what is taken is aligned for anything");
	CHECK(is_zero, "and zeroed");
	CHECK(arena_take(&arena, 0, 100), "nothing is a valid pointer");
	copy = arena_text(&arena, (struct text){ "alice@example", 5 });
	CHECK(text_is(copy, "alice") && copy.bytes[5] == '\0', "a text is copied with a NUL");
	copy = arena_text(&arena, TEXT(""));
	CHECK(copy.bytes && copy.bytes[0] == '\0', "an empty one too");
	CHECK(arena_take(&arena, 3, 1 << 20), "a large one beside the blocks");
	CHECK(arena_take(&arena, 1, 10), "and a small one behind it");
}

static void test_secret(void)
{
	static char longest[SECRET_BYTES_MAX + 1];
	struct secret secret;
	const char zero[sizeof(secret)] = { 0 };

	memset(longest, 'p', sizeof(longest));
	CHECK(secret_set(&secret, TEXT("hunter2")) == STATUS_OK &&
		      text_is(secret_text(&secret), "hunter2") && secret.bytes[7] == '\0',
	      "a secret is set");
	CHECK(secret_set(&secret, TEXT("")) == STATUS_OK && secret.length == 0, "an empty one");
	CHECK(memcmp(&secret, zero, sizeof(secret)) == 0, "of the one before nothing is left");
	CHECK(secret_set(&secret, (struct text){ longest, SECRET_BYTES_MAX }) == STATUS_OK,
	      "the longest");
	CHECK(secret_set(&secret, (struct text){ longest, SECRET_BYTES_MAX + 1 }) ==
		      STATUS_BAD_INPUT,
	      "one byte more");
	CHECK(memcmp(&secret, zero, sizeof(secret)) == 0, "leaves it empty");
	CHECK(secret_set(&secret, (struct text){ "a\0b", 3 }) == STATUS_BAD_INPUT &&
		      secret.length == 0,
	      "no NUL in a password");
	CHECK(secret_set_bytes(&secret, (struct text){ "a\0b", 3 }) == STATUS_OK &&
		      secret.length == 3 && memcmp(secret.bytes, "a\0b", 4) == 0,
	      "but in a key");
	secret_wipe(&secret);
	CHECK(memcmp(&secret, zero, sizeof(secret)) == 0, "wiped");
}

static void test_secret_equal(void)
{
	unsigned char left[32] = { 0 }, right[32] = { 0 };

	CHECK(secret_equal(left, right, sizeof(left)), "equal");
	for (size_t i = 0; i < sizeof(left); i++) {
		right[i] = (unsigned char)(1U << (i % 8));
		CHECK(!secret_equal(left, right, sizeof(left)), "one bit differs in byte %zu", i);
		right[i] = 0;
	}
	CHECK(secret_equal("a", "b", 0), "nothing equals nothing");
}

static void test_random(void)
{
	unsigned char first[64] = { 0 }, second[64] = { 0 };
	unsigned zeros = 0;

	CHECK(secret_random(first, sizeof(first)) == STATUS_OK, "random bytes");
	CHECK(secret_random(second, sizeof(second)) == STATUS_OK, "and more");
	CHECK(memcmp(first, second, sizeof(first)) != 0, "are not the same twice");
	for (size_t i = 0; i < sizeof(first); i++)
		zeros += first[i] == 0;
	CHECK(zeros < 16, "and fill the whole array");
	CHECK(secret_random(first, 0) == STATUS_OK, "none at all");
}

int main(void)
{
	test_buffer_maximum();
	test_buffer_growth();
	test_arena_limits();
	test_arena_memory();
	test_secret();
	test_secret_equal();
	test_random();
	return check_done();
}
