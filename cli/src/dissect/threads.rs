//! Packets to as many workers as there are processors, and their text back in the order of the file.
//!
//! Every queue is short, so that memory does not grow with the file. Buffers go round: nothing is allocated once all are grown.

use super::Worker;
use packet_runtime::file::{Batch, Packet};
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

/// Batches, or their texts, that wait for one worker or for the writer.
const QUEUE: usize = 2;

/// Bytes of text that are collected before they are written, where there is one thread.
const OUTPUT: usize = 64 * 1024;

/// Takes packets and prints them.
pub(crate) trait Consumer {
    /// Takes a packet.
    ///
    /// # Errors
    ///
    /// What was printed can't be written.
    fn push(&mut self, packet: &Packet<'_>) -> io::Result<()>;

    /// Sees to it that all packets taken so far are printed, for the next one may be long in coming.
    ///
    /// # Errors
    ///
    /// What was printed can't be written.
    fn flush(&mut self) -> io::Result<()>;
}

/// Prints in the thread that reads.
pub(crate) struct Alone<'s, W: Write> {
    worker: Worker<'s>,
    text: Vec<u8>,
    output: W,
}

impl<'s, W: Write> Alone<'s, W> {
    /// Prints to that output.
    pub(crate) fn new(worker: Worker<'s>, output: W) -> Self {
        Self { worker, text: Vec::new(), output }
    }

    fn write(&mut self) -> io::Result<()> {
        let result = self.output.write_all(&self.text);
        self.text.clear();
        result
    }
}

impl<W: Write> Consumer for Alone<'_, W> {
    fn push(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        self.worker.packet(&mut self.text, packet);
        if self.text.len() < OUTPUT { Ok(()) } else { self.write() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write()?;
        self.output.flush()
    }
}

/// Hands packets to workers in turn; another thread collects the texts in the same turn.
pub(crate) struct Team<'scope> {
    batch: Batch,
    jobs: Vec<SyncSender<Batch>>,
    next: usize,
    used: Receiver<Batch>,
    writer: ScopedJoinHandle<'scope, io::Result<()>>,
}

impl<'scope> Team<'scope> {
    /// Starts a thread for each worker, and one that writes.
    pub(crate) fn start<'env, 's: 'scope, W: Write + Send + 'scope>(
        scope: &'scope Scope<'scope, 'env>,
        workers: Vec<Worker<'s>>,
        output: W,
    ) -> Self {
        let (give_back, used) = channel();
        let (mut jobs, mut texts) = (Vec::new(), Vec::new());
        for worker in workers {
            let (job, work) = sync_channel(QUEUE);
            let (done, text) = sync_channel(QUEUE);
            let (empty, empties) = channel();
            let give_back = give_back.clone();
            scope.spawn(move || work_on(worker, &work, &done, &empties, &give_back));
            jobs.push(job);
            texts.push(Texts { text, empty });
        }
        let writer = scope.spawn(move || write_all(&texts, output));
        Self { batch: Batch::new(), jobs, next: 0, used, writer }
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    ///
    /// The output can't be written.
    pub(crate) fn finish(self) -> io::Result<()> {
        drop(self.jobs);
        self.writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Hands the batch to the worker whose turn it is. One that is gone has nobody to write for.
    fn hand_over(&mut self) -> io::Result<()> {
        let mut empty = self.used.try_recv().unwrap_or_default();
        empty.clear();
        let full = std::mem::replace(&mut self.batch, empty);
        let job = &self.jobs[self.next];
        self.next = (self.next + 1) % self.jobs.len();
        job.send(full).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Consumer for Team<'_> {
    fn push(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        self.batch.push(packet);
        if self.batch.is_full() { self.hand_over() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.batch.is_empty() { Ok(()) } else { self.hand_over() }
    }
}

fn work_on(
    mut worker: Worker<'_>,
    work: &Receiver<Batch>,
    done: &SyncSender<Vec<u8>>,
    empties: &Receiver<Vec<u8>>,
    give_back: &Sender<Batch>,
) {
    while let Ok(batch) = work.recv() {
        let mut text = empties.try_recv().unwrap_or_default();
        text.clear();
        for packet in batch.iter() {
            worker.packet(&mut text, &packet);
        }
        // The reader may have ended, and then wants no batch back.
        let _ = give_back.send(batch);
        if done.send(text).is_err() {
            return;
        }
    }
}

/// What the writer has of one worker: its texts, and the way back for their buffers.
struct Texts {
    text: Receiver<Vec<u8>>,
    empty: Sender<Vec<u8>>,
}

/// Writes the texts of the workers in turn. The first one that has none, and will have none, shows the end.
fn write_all(workers: &[Texts], mut output: impl Write) -> io::Result<()> {
    for Texts { text, empty } in workers.iter().cycle() {
        let Ok(text) = text.recv() else { break };
        output.write_all(&text)?;
        output.flush()?;
        // The worker may have ended, and then wants no buffer back.
        let _ = empty.send(text);
    }
    Ok(())
}

/// How many workers there should be.
pub(crate) fn processors() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
