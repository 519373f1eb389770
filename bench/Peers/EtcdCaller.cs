using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace PbKv.Peers;

/// <summary>
/// etcd's KV service over HTTP/2 with hand-laid protobuf: all callers share one connection, as etcd's own clients do. A
/// linearizable put or get is what etcd does by default.
/// </summary>
internal sealed class EtcdCaller : Caller
{
    private readonly HttpClient _client;
    private readonly Uri _uri;
    private readonly string _value;
    private readonly int _keys;
    private readonly bool _put;
    private readonly Random _random;

    public EtcdCaller(HttpClient client, LoadOptions options, int index)
    {
        _client = client;
        _put = options.Mode == "put";
        _uri = new Uri($"http://{options.Host}:{options.Port}/etcdserverpb.KV/{(_put ? "Put" : "Range")}");
        _value = new string('v', options.ValueSize);
        _keys = options.Keys;
        _random = new Random(index);
    }

    public static HttpClient Connect() => new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public override async ValueTask<int> RoundTripAsync()
    {
        var key = "key:" + _random.Next(_keys).ToString("d12", CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, _uri) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Content = new ByteArrayContent(Frame(key));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await _client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        if (!response.TrailingHeaders.TryGetValues("grpc-status", out var status) || status.First() != "0")
            throw new IOException("etcd answers grpc-status " + string.Join(",", response.TrailingHeaders.Select(header => header.Key + "=" + string.Join(";", header.Value))));
        return 1;
    }

    public override void Dispose()
    {
    }

    // Field 1 is the key, of a put and of a range alike; field 2 the value.
    private byte[] Frame(string key)
    {
        using var message = new MemoryStream();
        message.Write(new byte[5]);
        Field(message, 1, key);
        if (_put) Field(message, 2, _value);
        var frame = message.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        return frame;
    }

    private static void Field(MemoryStream message, int number, string text)
    {
        message.WriteByte((byte)((number << 3) | 2));
        var length = (uint)text.Length;
        for (; length >= 0x80; length >>= 7) message.WriteByte((byte)(length | 0x80));
        message.WriteByte((byte)length);
        message.Write(Encoding.ASCII.GetBytes(text));
    }
}
