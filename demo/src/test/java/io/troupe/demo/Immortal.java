package io.troupe.demo;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that no signal ends, as one that waits for a broken disk: no real one can be made for a test. */
final class Immortal extends Process {
    private final long pid;
    private final List<String> calls;

    Immortal(long pid, List<String> calls) {
        this.pid = pid;
        this.calls = calls;
    }

    @Override
    public void destroy() {
        calls.add("signal " + pid);
    }

    /** Nobody has to wait to know that it is still there. */
    @Override
    public boolean waitFor(long timeout, TimeUnit unit) {
        calls.add("wait for " + pid);
        return false;
    }

    @Override
    public int waitFor() {
        throw new IllegalStateException("would wait for ever");
    }

    @Override
    public int exitValue() {
        throw new IllegalThreadStateException("it runs");
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
        return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
        return InputStream.nullInputStream();
    }
}
