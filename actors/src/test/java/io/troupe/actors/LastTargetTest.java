package io.troupe.actors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LastTargetTest {
    private final LastTarget last = new LastTarget();

    private static byte[] content(String id, int bodyLength) {
        return Envelope.encode(new EntityId("kind", id), new byte[bodyLength]);
    }

    private @Nullable EntityId find(byte[] content) {
        return last.find(content, Envelope.headerLength(content));
    }

    private void remember(byte[] content) {
        last.remember(
                content,
                Envelope.headerLength(content),
                Envelope.decode(content).target());
    }

    @Test
    void onlyTheSameNamesAreTheSameEntity() {
        assertThat(find(content("a1", 3))).isNull();
        assertThat(last.find(new byte[0], 0)).isNull();
        remember(content("a1", 3));
        assertThat(find(content("a1", 5))).isEqualTo(new EntityId("kind", "a1"));
        assertThat(find(content("a2", 3))).isNull();
        assertThat(find(content("a", 3))).isNull();
        assertThat(find(content("a11", 3))).isNull();
    }

    @Test
    void anotherTakesItsPlaceWithOneOfSeveralMessages() {
        remember(content("a1", 3));
        int messages = 0;
        while (find(content("a2", 3)) == null) {
            remember(content("a2", 3));
            messages++;
        }
        assertThat(messages).isBetween(2, 16);
        assertThat(find(content("a1", 3))).isNull();
    }

    @Test
    void aLongMessageIsNotKeptForItsNames() {
        remember(content("a1", 1000));
        assertThat(find(content("a1", 1000))).isNull();
    }
}
