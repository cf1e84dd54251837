package io.troupe.actors;

import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecentCellsTest {
    private final RecentCells recent = new RecentCells();
    private final Cell first = cell();
    private final Cell second = cell();

    private static Cell cell() {
        return new LoneCell(4, turn -> {}, message -> {});
    }

    private static byte[] content(String id, int bodyLength) {
        return Envelope.encode(new EntityId("kind", id), new byte[bodyLength]);
    }

    private @Nullable Cell find(byte[] content) {
        return recent.find(content, Envelope.headerLength(content));
    }

    private void note(byte[] content, Cell cell) {
        recent.note(content, Envelope.headerLength(content), cell);
    }

    @Test
    void onlyTheSameNamesAreTheSameEntity() {
        assertThat(find(content("a1", 3))).isNull();
        assertThat(recent.find(new byte[0], 0)).isNull();
        note(content("a1", 3), first);
        assertThat(find(content("a1", 5))).isSameAs(first);
        assertThat(IntStream.range(0, 200)
                        .filter(id -> id != 1)
                        .mapToObj(id -> "a" + id)
                        .filter(id -> find(content(id, 3)) != null))
                .isEmpty();
        assertThat(find(content("a", 3))).isNull();
        assertThat(find(Envelope.encode(new EntityId("kin", "da1"), new byte[3])))
                .isNull();
    }

    @Test
    void severalEntitiesOfAShardHaveRoom() {
        IntStream.range(0, 8).forEach(id -> note(content("entity-" + id, 3), id == 5 ? second : first));
        assertThat(IntStream.range(0, 8).filter(id -> find(content("entity-" + id, 3)) != null))
                .hasSizeGreaterThan(5);
        assertThat(find(content("entity-5", 3))).isIn(second, null);
    }

    @Test
    void oneOfSeveralMessagesForOthersIsNoted() {
        assertThat(IntStream.range(0, 160).filter(message -> recent.isToNote(content("a1", 3))))
                .hasSize(10);
        assertThat(IntStream.range(0, 160).filter(message -> recent.isToNote(content("a1", 1000))))
                .as("a long one is not kept for its names")
                .isEmpty();
    }

    /** Who has left is in nobody's way, whoever comes first: the one that notes it, or the one that forgets it. */
    @Test
    void whoHasLeftTheMemoryDoesNotStayHere() {
        note(content("a1", 3), first);
        note(content("a2", 3), second);
        recent.forget(first);
        assertThat(find(content("a1", 3))).isNull();
        assertThat(find(content("a2", 3))).isSameAs(second);
        assertThat(first.close()).isTrue();
        note(content("a1", 3), first);
        assertThat(find(content("a1", 3))).isNull();
    }
}
