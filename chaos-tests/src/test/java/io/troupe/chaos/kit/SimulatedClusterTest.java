package io.troupe.chaos.kit;

import java.time.Duration;

import io.troupe.chaos.kit.KitActors.Counter;
import io.troupe.chaos.kit.KitActors.Herald;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.kit.KitActors.REGISTRY;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The same on virtual time. */
class SimulatedClusterTest extends TestClusterContract {
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.simulated(5, NODES, REGISTRY, Counter.KIND, Herald.KIND);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Override
    TestCluster cluster() {
        return cluster;
    }

    @Override
    long nanoTime() {
        return ((SimulatedCluster) cluster).nanoTime();
    }

    @Override
    Duration shortestSilence() {
        return Duration.ofMillis(240);
    }

    @Test
    void anEvenNumberOfNodesIsRefused() {
        assertThatThrownBy(() -> TestCluster.simulated(1, 4, REGISTRY, Counter.KIND))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a simulated cluster has 1, 3, 5 or 7 nodes, not 4");
    }
}
