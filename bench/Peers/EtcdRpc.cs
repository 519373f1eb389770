using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace PbKv.Peers;

/// <summary>
/// etcd's KV service over HTTP/2 with hand-laid protobuf. Put and Range are linearizable unless asked otherwise.
/// </summary>
internal static class EtcdRpc
{
    public static HttpClient Connect() =>
        new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

    public static async Task PutAsync(
        HttpClient client,
        Uri put,
        string key,
        string value,
        CancellationToken cancellation = default
    ) => await CallAsync(client, put, Frame(key, value), cancellation);

    /// <returns>The raw answer: empty of values where the key is not there.</returns>
    public static async Task<byte[]> RangeAsync(
        HttpClient client,
        Uri range,
        string key,
        CancellationToken cancellation = default
    ) => await CallAsync(client, range, Frame(key, null), cancellation);

    /// <summary>The value in the answer to a Range of one key, or "".</summary>
    public static string Value(ReadOnlySpan<byte> answer)
    {
        // RangeResponse { header = 1, kvs = 2 }, KeyValue { key = 1, …, value = 5 }, behind five bytes of frame.
        var value = Field(Field(answer.Length < 5 ? default : answer[5..], 2), 5);
        return Encoding.ASCII.GetString(value);
    }

    private static async Task<byte[]> CallAsync(
        HttpClient client,
        Uri uri,
        byte[] frame,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Content = new ByteArrayContent(frame);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await client.SendAsync(request, cancellation);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (Status(response.TrailingHeaders) is { } status || (status = Status(response.Headers)) is not null)
        {
            if (status == "0")
                return answer;
        }
        throw new IOException("etcd answers grpc-status " + (status ?? "none"));
    }

    private static string? Status(HttpResponseHeaders headers) =>
        headers.TryGetValues("grpc-status", out var values) ? values.First() : null;

    // Field 1 is the key, of a put and of a range alike; field 2 the value.
    private static byte[] Frame(string key, string? value)
    {
        using var message = new MemoryStream();
        message.Write(new byte[5]);
        Append(message, 1, key);
        if (value is not null)
            Append(message, 2, value);
        var frame = message.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        return frame;
    }

    private static void Append(MemoryStream message, int number, string text)
    {
        message.WriteByte((byte)((number << 3) | 2));
        var length = (uint)text.Length;
        for (; length >= 0x80; length >>= 7)
            message.WriteByte((byte)(length | 0x80));
        message.WriteByte((byte)length);
        message.Write(Encoding.ASCII.GetBytes(text));
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> message, int number)
    {
        while (message.Length > 0)
        {
            var tag = Varint(ref message);
            if ((tag & 7) == 0)
            {
                Varint(ref message);
                continue;
            }
            var length = (int)Varint(ref message);
            if ((int)(tag >> 3) == number)
                return message[..length];
            message = message[length..];
        }
        return default;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[0];
            message = message[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
