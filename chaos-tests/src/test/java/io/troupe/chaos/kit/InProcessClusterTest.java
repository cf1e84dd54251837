package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.function.UnaryOperator;

import io.troupe.actors.Kind;
import io.troupe.chaos.kit.KitActors.Counter;
import io.troupe.chaos.kit.KitActors.Herald;
import io.troupe.cluster.ClusterException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.troupe.chaos.kit.KitActors.LIMIT;
import static io.troupe.chaos.kit.KitActors.REGISTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Real nodes in this process. One cluster for all tests: starting and closing it takes longer than most of them. */
@Timeout(900)
class InProcessClusterTest extends TestClusterContract {
    /**
     * Whoever is not hurt keeps what it has, although the machine stands still for seconds; what crashed is missed so
     * late.
     */
    private static final Duration LEASE = Duration.ofSeconds(6);

    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.inProcess(NODES, settings -> settings.lease(LEASE), REGISTRY, Counter.KIND, Herald.KIND);
    }

    @Override
    TestCluster cluster() {
        return cluster;
    }

    @Override
    long nanoTime() {
        return System.nanoTime();
    }

    @Override
    Duration shortestSilence() {
        return Duration.ofSeconds(1);
    }

    @AfterAll
    static void nothingIsLeftBehind() {
        cluster.close();
        cluster.close();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                                .filter(Thread::isAlive)
                                .map(Thread::getName)
                                .filter(name -> name.matches("troupe-n\\d.*")))
                        .isEmpty());
        assertThatThrownBy(() -> cluster.crash(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the test cluster is closed: start another one");
    }

    @Test
    void aClusterThatCannotStartSaysWhy() {
        assertThatThrownBy(() -> TestCluster.inProcess(2, REGISTRY, Counter.KIND))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a cluster in process has 1, 3, 5 or 7 nodes, not 2: all of them vote, and an even number is"
                                + " no safer");
        assertThatThrownBy(() -> TestCluster.inProcess(1, settings -> settings.shards(0), REGISTRY, Counter.KIND))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("shards (0)");
        Kind<String> taken = Kind.of("test-probe", String.class, () -> (message, context) -> {});
        assertThatThrownBy(() -> TestCluster.inProcess(1, UnaryOperator.identity(), REGISTRY, taken))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("two kinds are named test-probe");
    }
}
