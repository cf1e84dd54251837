package io.troupe.transport.internal.session;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;
import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.frame.FramingException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AssemblyTest {
    private static final int LONGEST = 1000;
    private static final int TYPE = 5;
    private static final int FIRST = FrameLayout.MORE;
    private static final int MIDDLE = FrameLayout.MORE | FrameLayout.CONTINUED;
    private static final int LAST = FrameLayout.CONTINUED;

    private final Assembly assembly = new Assembly(LONGEST);

    private boolean add(int flags, int length) throws FramingException {
        return assembly.add(flags, TYPE, new UnsafeBuffer(new byte[length]), 0, length);
    }

    private boolean put(int flags, byte... bytes) throws FramingException {
        return assembly.add(flags, TYPE, new UnsafeBuffer(bytes), 0, bytes.length);
    }

    private byte[] whole() {
        DirectBuffer whole = assembly.whole();
        byte[] bytes = new byte[whole.capacity()];
        whole.getBytes(0, bytes);
        return bytes;
    }

    @Test
    void partsBecomeAFrameWithTheLastOne() throws FramingException {
        assertThat(put(FIRST, (byte) 1, (byte) 2)).isFalse();
        assertThat(put(MIDDLE, (byte) 3)).isFalse();
        assertThat(put(MIDDLE)).isFalse();
        assertThat(put(LAST, (byte) 4)).isTrue();
        assertThat(whole()).containsExactly(1, 2, 3, 4);
        assembly.release();
        assertThat(put(0, (byte) 9)).isTrue();
        assertThat(put(FIRST, (byte) 5)).isFalse();
        assertThat(put(LAST, (byte) 6)).isTrue();
        assertThat(whole()).containsExactly(5, 6);
    }

    @Test
    void partsInTheWrongPlaceAreRefused() throws FramingException {
        assertThat(add(0, 1)).isTrue();
        assertThatThrownBy(() -> add(MIDDLE, 1)).hasMessage("a part of a frame that has not begun");
        assertThatThrownBy(() -> add(LAST, 1)).hasMessage("a part of a frame that has not begun");
        assertThat(add(FIRST, 1)).isFalse();
        assertThatThrownBy(() -> add(FIRST, 1)).hasMessage("a frame within another one");
        assertThatThrownBy(() -> add(0, 1)).hasMessage("a frame within another one");
        assertThatThrownBy(() -> assembly.add(LAST, TYPE + 1, new UnsafeBuffer(new byte[1]), 0, 1))
                .isInstanceOf(FramingException.class)
                .hasMessage("a frame of type 5 goes on as one of type 6");
        assertThat(add(LAST, 1)).as("what was refused has changed nothing").isTrue();
        assertThat(whole()).hasSize(2);
    }

    @Test
    void aFrameThatGrowsTooLongIsRefused() throws FramingException {
        assertThatThrownBy(() -> add(0, LONGEST + 1)).hasMessage("a frame is longer than 1000 bytes");
        assertThatThrownBy(() -> add(FIRST, LONGEST + 1)).hasMessage("a frame is longer than 1000 bytes");
        assertThat(add(FIRST, LONGEST - 1)).isFalse();
        assertThatThrownBy(() -> add(LAST, 2)).hasMessage("a frame is longer than 1000 bytes");
        assertThat(add(LAST, 1)).isTrue();
        assembly.release();
        assertThat(add(0, LONGEST)).isTrue();
    }

    @Test
    void theRestOfAFrameOfAnEarlierSessionIsDropped() throws FramingException {
        assertThat(add(FIRST, 3)).isFalse();
        assembly.clear();
        assertThat(add(MIDDLE, 3)).isFalse();
        assertThat(add(LAST, 3)).isFalse();
        assertThat(put(FIRST, (byte) 7)).isFalse();
        assertThat(put(LAST, (byte) 8)).isTrue();
        assertThat(whole()).containsExactly(7, 8);
        assembly.release();
        assertThatThrownBy(() -> add(LAST, 1)).hasMessage("a part of a frame that has not begun");
    }

    @Test
    void memoryGrowsWithWhatHasComeAndIsGivenBack() throws FramingException {
        int longest = 64 * 1024 * 1024;
        Assembly large = new Assembly(longest);
        UnsafeBuffer part = new UnsafeBuffer(new byte[FrameLayout.MAX_PART_LENGTH]);
        large.add(FIRST, TYPE, part, 0, 1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        large.add(MIDDLE, TYPE, part, 0, part.capacity());
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("for 64 KiB of what may become 64 MiB")
                .isLessThan(300_000);
        while (large.heldBytes() < longest / 2) {
            large.add(MIDDLE, TYPE, part, 0, part.capacity());
        }
        large.add(LAST, TYPE, part, 0, 1);
        large.release();
        assertThat(large.heldBytes()).isZero();
    }
}
