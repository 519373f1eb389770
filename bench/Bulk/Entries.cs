using PbKv.Bench;
using PbKv.Client;

namespace PbKv.Bulk;

/// <summary>The entries of every measurement here: keys of 16 bytes that count up, values of 100 bytes.</summary>
internal static class Entries
{
    public const int KeySize = RandomKeys.Size;
    public const int ValueSize = 100;
    public const int Payload = KeySize + ValueSize;

    private const int Fillers = 256;

    public static byte[] Value(int size = ValueSize) => [.. Enumerable.Repeat((byte)'v', size)];

    public static byte[] Key(long number)
    {
        var key = new byte[KeySize];
        RandomKeys.Write(key, number);
        return key;
    }

    /// <summary>Puts so many entries, each once.</summary>
    public static async Task FillAsync(
        PbKvClient client,
        long count,
        CancellationToken cancellation,
        int valueSize = ValueSize
    )
    {
        long next = -1;
        await Task.WhenAll(Enumerable.Range(0, Fillers).Select(_ => Task.Run(FillerAsync, cancellation)));

        async Task FillerAsync()
        {
            var (key, value) = (new byte[KeySize], Value(valueSize));
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                if (number >= count)
                    return;
                cancellation.ThrowIfCancellationRequested();
                RandomKeys.Write(key, number);
                await client.PutAsync(key, value, cancellationToken: cancellation);
                if (number > 0 && number % 1_000_000 == 0)
                    Say.Line($"  {number:N0} entries put");
            }
        }
    }
}
