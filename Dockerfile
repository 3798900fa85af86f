# One image for web, worker and commands. What it does is scripts/image-steps.sh, which the tests run as well.
# 3.11 is the Python that the tests run on.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY . .
RUN sh scripts/image-steps.sh /opt/notify

FROM python:${PYTHON}-slim
RUN groupadd --gid 10001 notify \
 && useradd --uid 10001 --gid notify --no-create-home --home-dir /data --shell /usr/sbin/nologin notify \
 && install -d -o notify -g notify -m 0700 /data
COPY --from=build /opt/notify /opt/notify
# PYTHONTZPATH is empty so that clocks go by the pinned tzdata, not by the image's.
ENV PATH=/opt/notify/bin:$PATH \
    PYTHONTZPATH= \
    PYTHONUNBUFFERED=1 \
    NOTIFY_DATA_DIR=/data
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["csbm-notify"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
