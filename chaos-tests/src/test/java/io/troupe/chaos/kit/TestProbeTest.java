package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.chaos.kit.KitActors.Counter;
import io.troupe.chaos.kit.KitActors.News;
import io.troupe.chaos.kit.KitActors.Said;
import io.troupe.chaos.kit.KitActors.Whispered;
import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.kit.KitActors.LIMIT;
import static io.troupe.chaos.kit.KitActors.REGISTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a probe takes, in which order, and what it says when something else came. */
class TestProbeTest {
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final String NAME = "probe-1 of News ";
    private static final String NEWS = News.class.getName();

    private final TestCluster cluster = TestCluster.simulated(11, 3, REGISTRY, Counter.KIND);
    private final TestProbe<News> probe = cluster.probe(News.class);

    @AfterEach
    void close() {
        cluster.close();
    }

    private void tell(News... news) {
        for (News one : news) {
            cluster.await(probe.ref().tell(one), LIMIT);
        }
    }

    @Test
    void messagesAreTakenInTheOrderOfTheirComing() {
        tell(new Said("a"), new Whispered("b"), new Said("c"), new Said("d"));
        assertThat(probe.expectMessage(SHORT)).isEqualTo(new Said("a"));
        assertThat(probe.expectMessageClass(Whispered.class, SHORT).what()).isEqualTo("b");
        assertThat(probe.receiveN(2, SHORT)).containsExactly(new Said("c"), new Said("d"));
        probe.expectNoMessage(SHORT);
    }

    @Test
    void eachProbeTakesItsOwnMessagesOnly() {
        TestProbe<News> other = cluster.probe(News.class);
        assertThat(other.ref()).isNotEqualTo(probe.ref());
        cluster.await(other.ref(cluster.node(2)).tell(new Said("a")), LIMIT);
        probe.expectNoMessage(SHORT);
        assertThat(other.expectMessage(SHORT)).isEqualTo(new Said("a"));
    }

    @Test
    void aMessageThatIsStillUnderWayIsWaitedFor() {
        CompletableFuture<?> unused = probe.ref().tell(new Said("a"));
        assertThat(probe.expectMessage(LIMIT)).isEqualTo(new Said("a"));
    }

    @Test
    void nothingThatComesIsNamedWithWhatCameBefore() {
        assertThatThrownBy(() -> probe.expectMessage(SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessage(NAME + "expected " + NEWS + " within PT0.1S, and nothing came; nothing had come before");
        tell(new Said("a"));
        probe.expectMessage(SHORT);
        assertThatThrownBy(() -> probe.expectMessageClass(Whispered.class, SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s).*and nothing came; taken before: \\[Said\\[what=a\\] at [0-9.]+ ms\\]");
        assertThatThrownBy(() -> probe.receiveN(1, SHORT)).hasMessageContaining("taken before: [Said[what=a] at ");
    }

    @Test
    void whatCameInsteadIsNamedWithItsTime() {
        tell(new Said("a"));
        assertThatThrownBy(() -> probe.expectMessageClass(Whispered.class, SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(NAME + "expected " + Whispered.class.getName() + ", but " + Said.class.getName()
                        + " came: Said[what=a] at ")
                .hasMessageContaining(" ms before it was looked for");
        CompletableFuture<?> unused = probe.ref().tell(new Said("b"));
        assertThatThrownBy(() -> probe.expectNoMessage(SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(NAME + "expected nothing within PT0.1S, but this came: Said[what=b] at ")
                .hasMessageContaining(" ms after it was looked for");
        tell(new Said("c"), new Said("d"));
        assertThatThrownBy(() -> probe.receiveN(3, SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching(NAME + "expected 3 messages within PT0.1S, and 2 came, the last of them: "
                        + "\\[Said\\[what=c\\] at .* it was looked for, Said\\[what=d\\] at .* it was looked for\\]");
    }

    /** Types protect only who has the address from the probe. */
    @Test
    void aMessageOfAnotherTypeIsNamed() {
        @SuppressWarnings("unchecked")
        Pid<Object> untyped = (Pid<Object>) (Pid<?>) probe.ref();
        cluster.await(untyped.tell("no news"), LIMIT);
        assertThatThrownBy(() -> probe.expectMessage(SHORT))
                .hasMessageStartingWith(NAME + "expected " + NEWS + ", but java.lang.String came: no news at ");
        cluster.await(untyped.tell("still none"), LIMIT);
        assertThatThrownBy(() -> probe.receiveN(2, SHORT))
                .hasMessageStartingWith(NAME + "expected " + NEWS + ", but java.lang.String came as message 1: ");
    }

    @Test
    void aProbeThatNobodyMadeFailsWhatItIsTold() {
        Kind<String> byHand = Kind.of(probe.ref().entity().kind(), String.class, () -> (message, context) -> {});
        assertThat(new EntityId(byHand.name(), "probe-1")).isEqualTo(probe.ref().entity());
        SendOutcome outcome =
                cluster.await(cluster.node(0).entity(byHand, "probe-9").tell("a"), LIMIT);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        SendOutcome.Failed.class,
                        failed -> assertThat(failed.toString())
                                .contains(
                                        "no probe probe-9 was made, there are 1: use the address that TestProbe.ref returns"));
    }

    @Test
    void aProbeNeedsANodeToSendFrom() {
        List.of(0, 1, 2).forEach(cluster::crash);
        assertThatThrownBy(probe::ref)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no node is up that could send to the probe: restart one");
    }
}
