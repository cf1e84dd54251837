package io.troupe.cluster.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ShardLockTest {
    private final ShardLock lock = new ShardLock();

    /** Fails if the lock is held by the thread that calls. */
    private void assertFree() {
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            lock.lock();
            lock.unlock();
        });
        assertThat(other.orTimeout(20, TimeUnit.SECONDS)).succeedsWithin(java.time.Duration.ofSeconds(20));
    }

    @Test
    void whatOneStepThrowsDoesNotKeepTheOthersFromTheirTurn() {
        List<String> said = new ArrayList<>();
        lock.lock();
        lock.afterwards(() -> {
            throw new IllegalStateException("the first");
        });
        lock.afterwards(() -> said.add("second"));
        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalStateException.class);
        assertThat(said).containsExactly("second");
        assertFree();
    }

    @Test
    void whatIsSaidUnderTheLockIsSaidInItsOrderOnceItIsReleased() {
        List<String> said = new ArrayList<>();
        lock.lock();
        lock.lock();
        lock.afterwards(() -> said.add("first"));
        lock.unlock();
        assertThat(said).isEmpty();
        lock.afterwards(() -> {
            assertFree();
            said.add("second");
        });
        lock.unlock();
        assertThat(said).containsExactly("first", "second");
        lock.lock();
        lock.unlock();
        assertThat(said).hasSize(2);
    }

    @Test
    void whoHoldsOneIsKnown() {
        lock.lock();
        lock.lock();
        lock.unlock();
        assertThat(ShardLock.holdsNone()).isFalse();
        assertThat(CompletableFuture.supplyAsync(ShardLock::holdsNone).join()).isTrue();
        lock.unlock();
        assertThat(ShardLock.holdsNone()).isTrue();
    }

    @Test
    void withoutTheLockItIsSaidAtOnce() {
        List<String> said = new ArrayList<>();
        lock.afterwards(() -> said.add("now"));
        assertThat(said).containsExactly("now");
    }
}
