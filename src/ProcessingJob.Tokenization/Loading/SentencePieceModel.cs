using System.Buffers.Binary;
using System.Text;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>What is needed of a SentencePiece ModelProto: pieces (1), trainer_spec (2), normalizer_spec (3).</summary>
sealed class SentencePieceModel
{
    public const int UnigramType = 1;

    readonly List<(string Token, double Score)> _pieces = [];

    public (string Token, double Score)[] Pieces => [.. _pieces];

    /// <summary>1 unigram, 2 bpe, 3 word, 4 char.</summary>
    public int Type { get; private set; } = UnigramType;

    public int UnknownId { get; private set; }

    public byte[] CharacterMap { get; private set; } = [];

    public static SentencePieceModel Read(string path)
    {
        var model = new SentencePieceModel();
        try
        {
            var reader = new Fields(File.ReadAllBytes(path));
            while (reader.Next())
            {
                switch (reader.Number)
                {
                    case 1:
                        model.AddPiece(reader.Bytes);
                        break;
                    case 2:
                        model.ReadTrainer(reader.Bytes);
                        break;
                    case 3:
                        model.ReadNormalizer(reader.Bytes);
                        break;
                }
            }
        }
        catch (Exception e) when (e is FormatException or ArgumentOutOfRangeException or OverflowException)
        {
            throw Refusal.Broken(path, "is no SentencePiece model");
        }

        return model._pieces.Count > 0 ? model : throw Refusal.Broken(path, "is no SentencePiece model");
    }

    void AddPiece(ReadOnlySpan<byte> message)
    {
        var (token, score) = ("", 0f);
        var reader = new Fields(message);
        while (reader.Next())
        {
            if (reader.Number == 1)
            {
                token = Encoding.UTF8.GetString(reader.Bytes);
            }

            if (reader.Number == 2)
            {
                score = BinaryPrimitives.ReadSingleLittleEndian(reader.Bytes);
            }

            if (reader.Number == 3 && reader.Value == 2)
            {
                UnknownId = _pieces.Count;
            }
        }

        _pieces.Add((token, Score.OfSingle(score)));
    }

    void ReadTrainer(ReadOnlySpan<byte> message)
    {
        var reader = new Fields(message);
        while (reader.Next())
        {
            if (reader.Number == 3)
            {
                Type = (int)reader.Value;
            }
        }
    }

    void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new Fields(message);
        while (reader.Next())
        {
            if (reader.Number == 2)
            {
                CharacterMap = reader.Bytes.ToArray();
            }
        }
    }

    /// <summary>The fields of a protobuf message, one after another.</summary>
    ref struct Fields(ReadOnlySpan<byte> message)
    {
        readonly ReadOnlySpan<byte> _message = message;
        int _at;

        public int Number { get; private set; }

        /// <summary>The value of a varint field.</summary>
        public ulong Value { get; private set; }

        /// <summary>The content of any other field.</summary>
        public ReadOnlySpan<byte> Bytes { get; private set; }

        public bool Next()
        {
            if (_at >= _message.Length)
            {
                return false;
            }

            var key = Varint();
            Number = (int)(key >> 3);
            Value = 0;
            Bytes = default;
            switch (key & 7)
            {
                case 0:
                    Value = Varint();
                    break;
                case 1:
                    Take(8);
                    break;
                case 2:
                    Take(checked((int)Varint()));
                    break;
                case 5:
                    Take(4);
                    break;
                default:
                    throw new FormatException();
            }

            return true;
        }

        void Take(int length)
        {
            Bytes = _message.Slice(_at, length);
            _at += length;
        }

        ulong Varint()
        {
            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                if (_at >= _message.Length)
                {
                    throw new FormatException();
                }

                var b = _message[_at++];
                value |= (ulong)(b & 127) << shift;
                if (b < 128)
                {
                    return value;
                }
            }

            throw new FormatException();
        }
    }
}
