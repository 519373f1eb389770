namespace PbKv.Bench.Core;

/// <summary>The table of sessions by itself.</summary>
internal static class SessionBench
{
    private const int Operations = 2_000_000;
    private const int Window = 64;

    public static void Run(Table table)
    {
        foreach (var count in (int[])[1, 100_000])
            Run(table, count);
        const int Clones = 1_000_000;
        var small = new SessionTable();
        small.Open(1);
        small.Open(2);
        table.Rate(
            "sessions, as the model checker uses them",
            "clone of two",
            Clones,
            () =>
            {
                for (var i = 0; i < Clones; i++)
                    _ = small.Clone();
            }
        );
        table.Rate(
            "sessions, as the model checker uses them",
            "clone of two, and a result",
            Clones,
            () =>
            {
                for (var i = 0; i < Clones; i++)
                    small.Clone().Edit(1).Record(new OperationResult(1, ResultStatus.Ok, default));
            }
        );
    }

    private static void Run(Table table, int count)
    {
        var part = $"sessions, {count:N0}";
        var sessions = new SessionTable();
        table.Rate(
            part,
            "open and close",
            count,
            () =>
            {
                for (long i = 0; i < count; i++)
                    sessions.Open(i * 37);
                for (long i = 0; i < count; i++)
                    sessions.Close(i * 37);
            }
        );
        for (long i = 0; i < count; i++)
            sessions.Open(i * 37);
        long sequence = 0;
        table.Rate(
            part,
            $"edit, raise the floor, {Window} results: per result",
            Operations,
            () =>
            {
                for (var i = 0; i < Operations; i += Window)
                {
                    var session = sessions.Edit(Load.Scatter(i / Window, count) * 37L);
                    session.RaiseFloor(sequence - Window);
                    for (var j = 0; j < Window; j++, sequence++)
                        session.Record(new OperationResult(sequence, ResultStatus.Ok, default));
                }
            }
        );
        table.Rate(
            part,
            "find and look up a result",
            Operations,
            () =>
            {
                for (var i = 0; i < Operations; i++)
                    sessions.Find(Load.Scatter(i, count) * 37L)!.TryResult(sequence, out _);
            }
        );
    }
}
