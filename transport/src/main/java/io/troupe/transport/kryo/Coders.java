package io.troupe.transport.kryo;

import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The coders of one codec, one for each thread. A coder lives as long as both: a thread knows it weakly, so a thread
 * that goes on does not keep the codecs it once used, and what their serializers know; and a thread that ends is kept
 * by none.
 */
final class Coders {
    private final Supplier<Coder> maker;
    private final ThreadLocal<WeakReference<@Nullable Coder>> own =
            ThreadLocal.withInitial(() -> new WeakReference<>(null));
    private final Map<Thread, Coder> kept = Collections.synchronizedMap(new WeakHashMap<>());

    Coders(Supplier<Coder> maker) {
        this.maker = maker;
    }

    /** That of the calling thread, or another one while that is in use: a serializer of this very thread has called. */
    Coder acquire() {
        Coder coder = own.get().get();
        if (coder == null) {
            coder = maker.get();
            kept.put(Thread.currentThread(), coder);
            own.set(new WeakReference<>(coder));
        } else if (coder.busy) {
            coder = maker.get();
        }
        coder.busy = true;
        return coder;
    }

    /** The calling thread uses this one no more. */
    void discard(Coder spoiled) {
        if (own.get().get() == spoiled) {
            own.remove();
            kept.remove(Thread.currentThread());
        }
    }
}
