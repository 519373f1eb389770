namespace PbKv.Protocol.Tests.Store;

public class SessionTableTests
{
    [Fact]
    public void The_digest_returns_to_where_it_was_when_everything_is_taken_back()
    {
        var table = new SessionTable();
        table.Open(1);
        var before = table.Digest;
        table.Open(2);
        var session = table.Edit(2);
        for (var i = 1; i < 100; i++)
            session.Record(Result(i, "previous value"));
        session.RaiseFloor(50);
        Assert.NotEqual(before, table.Digest);
        Assert.True(table.Close(2));

        Assert.Equal(before, table.Digest);
        Assert.True(table.Close(1));
        Assert.Equal(0UL, table.Digest);
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Floors_results_and_their_sessions_all_show_in_the_digest()
    {
        var digests = new List<ulong>();
        foreach (
            var change in new Action<SessionTable>[]
            {
                t => { },
                t => t.Edit(1).RaiseFloor(1),
                t => t.Edit(2).RaiseFloor(1),
                t => t.Edit(1).Record(Result(1, "")),
                t => t.Edit(2).Record(Result(1, "")),
                t => t.Edit(1).Record(Result(2, "")),
                t => t.Edit(1).Record(Result(1, "x")),
                t => t.Edit(1).Record(Result(1, "") with { Status = ResultStatus.Missing }),
            }
        )
        {
            var table = new SessionTable();
            table.Open(1);
            table.Open(2);
            change(table);
            digests.Add(table.Digest);
        }
        Assert.Equal(digests.Count, digests.Distinct().Count());
    }

    [Fact]
    public void A_floor_never_falls_and_forgets_what_lies_below_it()
    {
        var table = new SessionTable();
        table.Open(1);
        var session = table.Edit(1);
        for (var i = 1; i <= 10; i++)
            session.Record(Result(i, ""));
        session.RaiseFloor(5);
        session.RaiseFloor(3);

        Assert.Equal(5, session.Floor);
        Assert.False(session.TryResult(4, out _));
        Assert.True(session.TryResult(5, out _));
        session.RaiseFloor(long.MaxValue);
        Assert.Equal(0, session.Count);
    }

    [Fact]
    public void A_session_gives_back_the_room_of_results_that_have_not_been_wanted_for_a_while()
    {
        var table = new SessionTable();
        table.Open(1);
        var session = table.Edit(1);
        for (var i = 1; i <= 4096; i++)
            session.Record(Result(i, ""));
        Assert.InRange(session.Capacity, 4096, 8192);
        for (var i = 4097; i <= 4120; i++)
        {
            session.Record(Result(i, ""));
            session.RaiseFloor(i);
        }
        Assert.InRange(session.Capacity, 2, 16);
    }

    [Fact]
    public void A_session_that_goes_on_keeps_its_room()
    {
        var table = new SessionTable();
        table.Open(1);
        var session = table.Edit(1);
        Fill(session, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var first = 101; first < 5000; first += 100)
            Fill(session, first);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Fill(Session session, int first)
        {
            session.RaiseFloor(first);
            for (var i = first; i < first + 100; i++)
                session.Record(new OperationResult(i, ResultStatus.Ok, default));
        }
    }

    [Fact]
    public void A_result_holds_no_larger_frame_alive()
    {
        var table = new SessionTable();
        table.Open(1);
        table.Edit(1).Record(new OperationResult(1, ResultStatus.Ok, new Bytes(new byte[1 << 20], 100, 3)));
        Assert.True(table.Find(1)!.TryResult(1, out var result));
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(result.Value.Memory, out var array));
        Assert.Equal(3, array.Array!.Length);
    }

    [Fact]
    public void A_session_that_a_clone_shares_is_refused_to_whoever_kept_it_for_changing()
    {
        var table = new SessionTable();
        table.Open(1);
        var kept = table.Edit(1);
        var clone = table.Clone();

        Assert.Throws<InvariantBrokenException>(() => kept.RaiseFloor(5));
        Assert.Throws<InvariantBrokenException>(() => kept.Record(Result(1, "")));
        table.Edit(1).RaiseFloor(5);
        Assert.Equal(0, clone.Find(1)!.Floor);
    }

    [Fact]
    public void A_floor_that_is_raised_to_where_it_is_changes_nothing_even_of_a_shared_session()
    {
        var table = new SessionTable();
        table.Open(1);
        var kept = table.Edit(1);
        kept.RaiseFloor(5);
        kept.Record(Result(4, "not wanted"));
        var digest = table.Digest;
        table.Clone();
        kept.RaiseFloor(5);
        Assert.Equal((5, 0, digest), (kept.Floor, kept.Count, table.Digest));
    }

    [Fact]
    public void What_results_take_is_told_for_any_floor_and_follows_it()
    {
        const int Beside = 48;
        var table = new SessionTable();
        table.Open(1);
        var session = table.Edit(1);
        for (var i = 1; i <= 4; i++)
            session.Record(Result(i, new string('x', i * 100)));
        session.Record(Result(4, "x"));
        session.RaiseFloor(2);
        Assert.Equal((3 * Beside) + 501, session.Memory);
        Assert.Equal(256 + session.Memory, table.Memory);
        table.Open(2);
        Assert.Equal(512 + session.Memory, table.Memory);
        table.Close(2);
        Assert.Equal(
            [session.Memory, session.Memory, session.Memory, (2 * Beside) + 301, Beside + 1, 0],
            Enumerable.Range(0, 6).Select(floor => session.MemoryFrom(floor))
        );
        session.RaiseFloor(4);
        Assert.Equal(Beside + 1, session.Memory);
        session.RaiseFloor(1000);
        Assert.Equal((0, 256), (session.Memory, table.Memory));
    }

    [Fact]
    public void The_session_of_the_highest_number_is_the_last()
    {
        var table = new SessionTable();
        const long last = long.MaxValue;
        table.Open(last);
        Assert.Equal(last, table.After(null)?.Id);
        Assert.Null(table.After(last));
        var cursor = new SessionCursor(table.Clone());
        Assert.Throws<InvariantBrokenException>(() => cursor.Current);
        Assert.True(cursor.MoveNext());
        Assert.Equal(last, cursor.Current.Session);
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void An_image_takes_the_place_of_the_session_that_was_there()
    {
        var (table, once) = (new SessionTable(), new SessionTable());
        var image = new SessionImage(7, 3, [Result(3, "a"), Result(5, "b")]);
        table.Load(new SessionImage(7, 1, [Result(1, "x"), Result(9, "y")]));
        table.Load(image);
        once.Load(image);
        Assert.Equal((1, once.Digest, once.Memory), (table.Count, table.Digest, table.Memory));
        table.Load(new SessionImage(7, 3, [Result(8, "c")]), goesOn: true);
        Assert.Equal([3, 5, 8], table.Find(7)!.Results().Select(result => result.Sequence));
    }

    [Fact]
    public void Opening_twice_and_editing_what_is_not_open_are_broken_invariants()
    {
        var table = new SessionTable();
        table.Open(1);
        Assert.Throws<InvariantBrokenException>(() => table.Open(1));
        Assert.Throws<InvariantBrokenException>(() => table.Edit(2));
        Assert.False(table.Close(2));
    }

    [Fact]
    public void The_table_can_be_gone_through_while_it_changes()
    {
        var table = new SessionTable();
        for (long i = 0; i < 1000; i++)
            table.Open(i);
        var seen = new HashSet<long>();
        long? at = null;
        while ((at = table.After(at)?.Id) is { } id)
        {
            Assert.True(seen.Add(id));
            if (id % 2 == 0)
                table.Close(id);
        }
        Assert.Equal(1000, seen.Count);
        Assert.Equal(500, table.Count);
    }

    [Fact]
    public void A_cursor_may_be_copied_and_goes_on_by_itself()
    {
        var table = new SessionTable();
        for (long i = 0; i < 100; i++)
            table.Open(i);
        var cursor = new SessionCursor(table.Clone());
        for (var i = 0; i < 40; i++)
            Assert.True(cursor.MoveNext());
        var copy = cursor.Clone();
        table.Close(7);
        Assert.Equal(60, Rest(copy).Count);
        Assert.Equal(60, Rest(cursor).Count);
    }

    [Fact]
    public void Two_hundred_thousand_sessions_come_and_go_and_leave_nothing_behind()
    {
        const int Count = 200_000;
        var table = new SessionTable();
        for (long i = 0; i < Count; i++)
            table.Open(i * 1001);
        Assert.Equal(Count, table.Count);
        var sessions = Enumerable.Range(0, 100).Select(i => Reference(table, i * 1001L)).ToList();
        for (long i = 0; i < Count; i++)
            Assert.True(table.Close(i * 1001));

        GC.Collect();
        Assert.DoesNotContain(sessions, session => session.IsAlive);
        Assert.Equal(0, table.Count);
        Assert.Null(table.After(null));
        GC.KeepAlive(table);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Reference(SessionTable table, long session) => new(table.Find(session));

    private static List<long> Rest(SessionCursor cursor)
    {
        var rest = new List<long>();
        while (cursor.MoveNext())
            rest.Add(cursor.Current.Session);
        return rest;
    }

    private static OperationResult Result(long sequence, string value) =>
        new(sequence, ResultStatus.Ok, Bytes.Utf8(value));
}
