using System.Globalization;
using PbKv.Bulk;
using PbKv.Client;
using PbKv.CommandLine;

const string Usage =
    "bulk: say `bulk transfer [KEYS] [ROUNDS] [SECONDS-BEFORE]`, `bulk scale [KEYS,…] [SESSIONS,…] [SECONDS]` or "
    + "`bulk overwritten [KEYS] [SECONDS] [NAMESPACE DEVICE HOST HOST-IN-IT]`";

// What is asked to stop unwinds, and takes its processes with it.
using var signals = new Signals();
try
{
    switch (args)
    {
        case ["transfer", .. var rest]:
            Console.Write(
                await new Transfer(Number(rest, 0, 1_000_000), (int)Number(rest, 1, 3), Number(rest, 2, 5)).RunAsync(
                    signals.Asked
                )
            );
            return 0;
        case ["overwritten", .. var rest]:
            var link = rest is [_, _, var space, var device, var host, var inside]
                ? new SlowLink(space, device, host, inside)
                : null;
            Console.Write(
                await new Overwritten(Number(rest, 0, 1_100_000), Number(rest, 1, 40), link).RunAsync(signals.Asked)
            );
            return 0;
        case ["scale", .. var rest]:
            var seconds = Number(rest, 2, 10);
            var (keys, keysAreSound) = await new ManyKeys(Numbers(rest, 0, "10000,1000000,10000000"), seconds).RunAsync(
                signals.Asked
            );
            Console.WriteLine(keys);
            var (sessions, sessionsAreSound) = await new ManySessions(
                Numbers(rest, 1, "1,1000,100000"),
                seconds
            ).RunAsync(signals.Asked);
            Console.Write(sessions);
            return keysAreSound && sessionsAreSound ? 0 : 1;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (OperationCanceledException) when (signals.Asked.IsCancellationRequested)
{
    Console.Error.WriteLine("bulk: stopped before the end");
    return 1;
}
catch (Exception e)
    when (e
            is InvalidOperationException
                or TimeoutException
                or IOException
                or InvalidDataException
                or PbKvException
                or Failure
    )
{
    Console.Error.WriteLine($"bulk: {e.Message}");
    return 1;
}

static long Number(string[] words, int index, long otherwise) =>
    words.Length > index
        ? long.Parse(words[index], NumberStyles.AllowThousands, CultureInfo.InvariantCulture)
        : otherwise;

static List<long> Numbers(string[] words, int index, string otherwise) =>
    [
        .. (words.Length > index ? words[index] : otherwise)
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => long.Parse(word, CultureInfo.InvariantCulture)),
    ];
