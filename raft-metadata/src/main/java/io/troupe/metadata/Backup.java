package io.troupe.metadata;

import java.nio.file.Path;

/**
 * What {@link MetadataStore#backup} wrote.
 *
 * @param file     the file; whole and on the disk
 * @param revision the revision of the state in it
 * @param length   how long the file is, in bytes
 * @param digest   the SHA-256 of everything in it, in hex: two copies with the same digest are the same backup
 */
public record Backup(Path file, long revision, long length, String digest) {}
